"""The relay that lets passports see at once what an act has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from node.participants.relay import Relay

if TYPE_CHECKING:
    from anchoring.relay import Relayer
    from node.participants.schemas import ActRequest
    from node.participants.service import Participants
    from node.passports.chain import PassportChain

_CONTRACT = "passports"


class PassportRelay(Relay):
    """Relays acts; whoever suspended a passport must not be shown it active a moment later."""

    def __init__(self, relayer: Relayer | None, participants: Participants, chain: PassportChain) -> None:
        super().__init__(relayer, participants)
        self._chain = chain

    def relay(self, request: ActRequest) -> dict[str, object]:
        """Check and send an act; returns transaction and block once it is mined."""
        done = super().relay(request)
        if request.contract == _CONTRACT:
            self._chain.forget()
        return done
