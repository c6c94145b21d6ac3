"""The maker's side: keys, signing, sending, imports, and the `filiera` command.

Usable from Python as it is:

    from pathlib import Path
    from client.journal import Journal
    from client.keystore import KeyFile, load_key
    from client.node_client import NodeClient
    from client.outgoing import deliver
    from client.profile import load_profile
    from client.signing import Maker

    file = KeyFile(Path("maker.jwk"))                                   # made by `filiera key new`
    maker = Maker(load_key(file.path), load_profile(file).participant, Journal.open(file.journal))

    signed = maker.sign_event(body)               # no network; number, predecessor and lot accounts are filled in
    signed = maker.sign_event(body, hidden=())    # the same with nothing hidden
    signed = maker.sign_master_data(facility)     # Party, Facility, Product, Order, SubcontractOrder, Certificate

    with NodeClient("https://nodo.example") as node:
        outcome = deliver(maker, node)            # everything without a receipt, in order; the same bytes every time
        for sent in outcome.received:
            print(sent.id, sent.digest, sent.receipt)
        for sent in outcome.refused:
            print(sent.error)                     # the node's code, field and remedy

What holds: a record is in the journal, on disk, before `sign_event` returns, so that whatever happens to the network
the same bytes are sent again and have the same receipt. `deliver` signs again on the present balance where another key
of the company has written a lot's account meanwhile. `maker.rehearsal()` signs over a copy of the journal and forgets;
`maker.keep(rehearsal)` takes all of it over or nothing: imports work that way (`client.imports.plan`).

Who belongs: `client.enrolment` (request, membership record), `client.chain_acts` (acts of the registries, signed
without a wallet). Papers: `client.documents`. Every refusal is a `protocol.errors.FilieraError` with a code of the
closed list; `protocol.codes.text(error.code, "it", **error.values)` says it in words.
"""
