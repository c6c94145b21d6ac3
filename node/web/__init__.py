"""What browsers load from this node: the script that verifies on the visitor's device, and the inspector's desk."""
