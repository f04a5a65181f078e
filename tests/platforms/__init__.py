"""Chat platforms as local servers, so that a channel is tested with its real library in between."""
