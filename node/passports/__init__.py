"""Digital product passports: taken, kept in every version, shown with their status on the ledger."""
