"""Clinical supervision itself: rules without input, output or clock."""
