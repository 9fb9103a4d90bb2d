"""Several daemons on one store: who leads, who looks from where, and what each does when it is alone."""
