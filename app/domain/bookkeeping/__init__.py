"""What Gangway knows of bookkeeping: which words belong to which kinds of accounts, and who suggests them."""
