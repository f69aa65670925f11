"""What calls of language models have used, and the limits that new ones must keep to."""

from datetime import UTC, datetime

from sqlalchemy import func, orm, select

from tom_swe.errors import BudgetReached, NotFound
from tom_swe.memory.database import Database
from tom_swe.memory.tables import ModelCallRow, SessionRow
from tom_swe.model.calls import Limits, ModelCall, Purpose, Settled, Usage, Used

# Sums of floats miss the decimals they stand for by less than this: ten calls of 0.1 USD
# fit into a budget of 1.
_ROUNDING = 1e-9
_GOES_ON = "tom continues without the model"


class CallLedger:
    """Keeps calls as numbers and names; they are no user's, so forgetting one keeps them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, model: str, purpose: Purpose, session_id: int | None, most: Usage, limits: Limits
    ) -> int:
        """Enters a call that may use as much as ``most``; its id. Raises BudgetReached.

        Open calls count in full. Sum, check and entry are one write, so processes that begin at
        once keep to the limits together. Where the price is known only after a call, it is taken
        to be what the model's calls have cost a token until now.
        """
        with self._database.write() as transaction:
            most = _priced(transaction, model, most)
            _keep_to(limits, _used_since(transaction, limits.since), most)
            known = select(SessionRow.id).where(SessionRow.id == session_id)
            row = ModelCallRow(
                at=datetime.now(UTC),
                model=model,
                purpose=purpose,
                # Another process may have forgotten the session while it was being read.
                session_id=transaction.scalar(known),
                milliseconds=None,
                settled=Settled.OPEN,
            )
            _enter(row, most)
            transaction.add(row)
            transaction.flush()
            return row.id

    def settle(self, call_id: int, settled: Settled, usage: Usage, milliseconds: int) -> None:
        """Enters how a call ended and what it used, in place of the most. Raises NotFound."""
        with self._database.write() as transaction:
            row = transaction.get(ModelCallRow, call_id)
            if row is None:
                raise NotFound(f"the ledger has no call {call_id}")
            _enter(row, usage)
            row.milliseconds = milliseconds
            row.settled = settled

    def calls(self, since: datetime | None = None) -> list[ModelCall]:
        """The calls from then on, oldest first."""
        wanted = select(ModelCallRow).order_by(ModelCallRow.at, ModelCallRow.id)
        if since is not None:
            wanted = wanted.where(ModelCallRow.at >= since)
        with self._database.read() as transaction:
            return [_call(row) for row in transaction.scalars(wanted)]


def _used_since(transaction: orm.Session, since: datetime) -> Used:
    priced = ModelCallRow.cost.is_not(None)
    cost = func.sum(ModelCallRow.cost).filter(priced)
    tokens = func.sum(ModelCallRow.tokens_in + ModelCallRow.tokens_out).filter(~priced)
    used = transaction.execute(select(cost, tokens).where(ModelCallRow.at >= since)).one()
    return Used(cost=used[0] or 0.0, tokens=used[1] or 0)


def _priced(transaction: orm.Session, model: str, most: Usage) -> Usage:
    if most.cost is not None:
        return most
    tokens = ModelCallRow.tokens_in + ModelCallRow.tokens_out
    told = select(func.sum(ModelCallRow.cost), func.sum(tokens)).where(
        ModelCallRow.model == model,
        ModelCallRow.cost > 0,
        ModelCallRow.settled != Settled.OPEN,
    )
    cost, of = transaction.execute(told).one()
    if not cost or not of:
        return most
    return most.model_copy(update={"cost": cost / of * (most.tokens_in + most.tokens_out)})


def _keep_to(limits: Limits, used: Used, most: Usage) -> None:
    if most.cost is not None:
        if used.cost + most.cost > limits.budget + _ROUNDING:
            raise BudgetReached(
                f"today's budget is too small for this call: {used.cost:.4f} of "
                f"{limits.budget:,.10g} USD are spent or set aside, and it may cost "
                f"{most.cost:.4f}; TOM_DAILY_BUDGET sets the budget; {_GOES_ON}"
            )
        return
    tokens = most.tokens_in + most.tokens_out
    if used.tokens + tokens > limits.tokens:
        raise BudgetReached(
            f"today's token limit is too small for this call: {used.tokens:,} of "
            f"{limits.tokens:,} are used or set aside by calls whose price is not known, and it "
            f"may use {tokens:,}; "
            f"TOM_DAILY_TOKENS sets the limit; {_GOES_ON}"
        )


def _enter(row: ModelCallRow, usage: Usage) -> None:
    row.tokens_in = usage.tokens_in
    row.tokens_out = usage.tokens_out
    row.cached = usage.cached
    row.cost = usage.cost


def _call(row: ModelCallRow) -> ModelCall:
    return ModelCall(
        id=row.id,
        at=row.at,
        model=row.model,
        purpose=Purpose(row.purpose),
        session_id=row.session_id,
        usage=Usage(
            tokens_in=row.tokens_in,
            tokens_out=row.tokens_out,
            cached=row.cached,
            cost=row.cost,
        ),
        milliseconds=row.milliseconds,
        settled=Settled(row.settled),
    )
