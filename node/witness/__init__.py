"""What others confirm of this node's log and of the chain: the node's side of witnessing."""
