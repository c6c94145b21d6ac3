"""The TypeScript core of the verifier, alone and beside the Python one."""
