"""Operations across several repositories, above the store and below handlers and schedules."""
