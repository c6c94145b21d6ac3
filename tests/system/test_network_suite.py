"""The same tests that run on the embedded chain, on three real signers: here `deployed` is the members' network.

Left out is only what orders the embedded chain about: reorganisations, fees and blocks at will.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.test_anchoring_deploy import (
    test_act_digest_equals_the_contracts,
    test_act_refused_by_the_contract_gets_its_code_and_costs_nothing,
    test_act_replayed_is_refused,
    test_brand_issues_a_passport_without_a_wallet,
    test_deployed_code_is_what_py_solc_x_compiles,
    test_deployment_opened_the_log_for_its_operator,
    test_key_rotation_by_its_owner_shows_windows,
    test_participants_read_from_the_chain,
    test_relayer_and_worker_share_an_account,
)
from tests.integration.test_anchoring_worker import (
    test_chain_and_python_agree_on_inclusion_and_consistency,
    test_foreign_head_of_another_database_stops,
    test_other_account_sends_nothing,
    test_other_genesis_or_code_stops,
)
from tests.integration.test_node_anchoring import (
    node,
    test_node_act_that_the_contract_refuses_is_said_and_not_paid,
    test_node_from_admission_to_a_proof_on_the_ledger,
    test_node_killed_while_it_captures_keeps_all_it_acknowledged,
)

if TYPE_CHECKING:
    from tests.support.chain import Deployed

pytestmark = pytest.mark.system

__all__ = [
    "node",
    "test_act_digest_equals_the_contracts",
    "test_act_refused_by_the_contract_gets_its_code_and_costs_nothing",
    "test_act_replayed_is_refused",
    "test_brand_issues_a_passport_without_a_wallet",
    "test_chain_and_python_agree_on_inclusion_and_consistency",
    "test_deployed_code_is_what_py_solc_x_compiles",
    "test_deployment_opened_the_log_for_its_operator",
    "test_foreign_head_of_another_database_stops",
    "test_key_rotation_by_its_owner_shows_windows",
    "test_node_act_that_the_contract_refuses_is_said_and_not_paid",
    "test_node_from_admission_to_a_proof_on_the_ledger",
    "test_node_killed_while_it_captures_keeps_all_it_acknowledged",
    "test_other_account_sends_nothing",
    "test_other_genesis_or_code_stops",
    "test_participants_read_from_the_chain",
    "test_relayer_and_worker_share_an_account",
]


@pytest.fixture
def deployed(on_network: Deployed) -> Deployed:
    """What the tests call the chain with our contracts."""
    return on_network
