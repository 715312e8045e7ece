"""Finding: solution concepts, rules and optimal designs."""
