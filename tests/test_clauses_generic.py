"""Every clause type in the catalogue keeps the promises of the interface; a new type is found, not listed."""

import pytest
from hypothesis import Phase, given, settings

from comity.testing import clauses

TYPES = clauses.all_clause_types()


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("promise", clauses.promises())
def test_a_clause_type_keeps_its_promises(name, promise):
    # A seed cannot be made simpler, so nothing is gained by shrinking.
    @settings(max_examples=4 if promise == "repairs_repair" else 8, phases=[Phase.generate])
    @given(clauses.settings(TYPES[name]))
    def kept(setting):
        clauses.promises()[promise](setting)

    kept()
