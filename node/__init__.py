"""The service: captures signed records, keeps the log, serves proofs."""
