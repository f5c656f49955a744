"""Operations over several repositories: above the store, below handlers and schedules."""
