"""Papers: taken in whole or not at all, given to those who may read them, checked by anybody."""
