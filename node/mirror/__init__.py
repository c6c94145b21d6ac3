"""Other nodes' logs, copied record by record and checked like any verifier would."""
