"""Problems of division: what there is and what each asks for."""
