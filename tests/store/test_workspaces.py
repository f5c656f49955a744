from bot.store.books import Books
from bot.store.transaction import Store


async def test_a_workspace_that_refuses_us_is_told_of_once(store: Store) -> None:
    """The first refusal is news and its reason stays; the next ones are not news."""

    def refuse_twice(books: Books) -> list[bool]:
        return [books.workspaces.suspend("slack:T1", reason) for reason in ("revoked", "other")]

    assert await store.write(refuse_twice) == [True, False]
    assert await store.read(lambda books: books.workspaces.suspended("slack:T1")) == "revoked"
    assert await store.read(lambda books: books.workspaces.suspended("slack:T2")) == ""


async def test_a_reason_too_long_or_missing_still_suspends(store: Store) -> None:
    """Whatever a product says, the workspace is left in peace."""

    def refuse(books: Books) -> None:
        books.workspaces.suspend("slack:T1", "x" * 500)
        books.workspaces.suspend("slack:T2", "")

    await store.write(refuse)

    assert await store.read(lambda books: books.workspaces.suspended("slack:T1")) == "x" * 60
    assert await store.read(lambda books: books.workspaces.suspended("slack:T2"))


async def test_a_workspace_can_be_served_again(store: Store) -> None:
    """Once mended it takes messages, and that is news once."""

    def mend(books: Books) -> list[bool]:
        books.workspaces.suspend("slack:T1", "revoked")
        return [books.workspaces.resume("slack:T1") for _ in range(2)]

    assert await store.write(mend) == [True, False]
    assert await store.read(lambda books: books.workspaces.suspended("slack:T1")) == ""
