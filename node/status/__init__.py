"""Status lists, as their issuers signed them: anybody may fetch one, nobody is asked who reads it."""
