"""What a node says to its owner in words, in Chinese and English."""
