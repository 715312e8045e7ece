"""The electoral college of the United States: 51 members whose weights are known."""

# Electoral votes from California to Wyoming, 2024.
STATES = {
    54: 1,
    40: 1,
    30: 1,
    28: 1,
    19: 2,
    17: 1,
    16: 2,
    15: 1,
    14: 1,
    13: 1,
    12: 1,
    11: 4,
    10: 5,
    9: 2,
    8: 3,
    7: 2,
    6: 6,
    5: 2,
    4: 7,
}
COLLEGE = [votes for votes, states in (STATES | {3: 7}).items() for _ in range(states)]
