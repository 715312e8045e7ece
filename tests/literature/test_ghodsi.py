"""Ghodsi et al. (2011): dominant resource fairness on the paper's example, and why nobody lies about what a task needs."""

from fractions import Fraction
from itertools import product

from comity.reproductions.ghodsi import asset_fairness
from comity.solvers.allocation.dominant_resource import dominant_resource_fairness

CLUSTER = (9, 18)
TRUE = ((1, 4), (3, 1))


def test_nine_cpus_and_eighteen_gigabytes():  # P5-01; section 4.1
    result = dominant_resource_fairness({"cpu": 9, "memory": 18}, {"A": TRUE[0], "B": TRUE[1]})
    assert result.exact == (3, 2)
    assert set(result.notes["dominant_shares"].values()) == {Fraction(2, 3)}


def test_nobody_runs_more_tasks_by_stating_other_needs():  # P5-03
    for user, stated in product((0, 1), product(range(7), repeat=2)):
        if not any(stated):
            continue
        needs = [*TRUE]
        needs[user] = stated
        jobs = dominant_resource_fairness(CLUSTER, needs).exact[user]
        assert (
            min(jobs * has / need for has, need in zip(stated, TRUE[user], strict=True))
            <= dominant_resource_fairness(CLUSTER, TRUE).exact[user]
        )


def test_asset_fairness_can_leave_a_user_less_than_half_of_everything():  # theorem 1
    tasks = asset_fairness((30, 30), ((1, 3), (1, 1)))
    assert tasks == [6, 12]
    assert tasks[1] < 15
    # Dominant resource fairness does not: both run at least what half of the cluster would let them.
    assert all(
        got >= half for got, half in zip(dominant_resource_fairness((30, 30), ((1, 3), (1, 1))).exact, (5, 15), strict=True)
    )
