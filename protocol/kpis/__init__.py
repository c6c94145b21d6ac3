"""The coordinator's indicators: companies involved and shared criteria adopted, evidenced and proven.

Pure functions over public records and the participants on the ledger: the node that answers `GET /kpis` and an outsider
who recomputes it (`filiera kpis`) ask the same code, and neither has to believe the other.
"""
