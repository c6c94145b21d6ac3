"""Labels of garments: the code that leads to the passport, what a person reads beside it, and how to care for it."""
