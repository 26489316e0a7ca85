"""What is wrong with each certificate of a path and which clients refuse for it; pure, rules as measured."""
