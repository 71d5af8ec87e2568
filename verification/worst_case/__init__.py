"""Performance estimation: semidefinite programs propose worst cases, exact certificates in ``theory`` dispose."""
