"""Who is admitted, as the chain says; acts relayed for those who have no wallet."""
