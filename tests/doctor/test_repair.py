import sqlite3
from contextlib import closing

from tom_swe import Settings, open_tom
from tom_swe.doctor.repair import repair
from tom_swe.testing import session_of

PAST = "2020-01-01 00:00:00.000000+00:00"


def test_all_that_is_derived_is_fixed_at_once_and_once(settings: Settings) -> None:
    """Full text, vector index, briefings, dead leases and modes; a second repair finds nothing."""
    tom = open_tom(settings)
    tom.add_session("ada", session_of("from now on use pnpm, not npm", host_id="1"))
    tom.learn("ada")
    tom.add_session("ada", session_of("hello", host_id="2"))
    tom.memory.queue.take("ada")
    tom.close()
    settings.index.mkdir(mode=0o700, exist_ok=True)
    (settings.index / "chroma.sqlite3").write_bytes(b"\x07" * 9000)
    (settings.home / "config.toml").touch(mode=0o644)
    outside = settings.home.parent / "outside"
    outside.touch(mode=0o644)
    (settings.home / "link").symlink_to(outside)
    with closing(sqlite3.connect(settings.database)) as connection:
        connection.execute("UPDATE briefing SET text = 'old'")
        connection.execute("DELETE FROM turn_user_fts_data WHERE id > 10")
        connection.execute("UPDATE learn_queue SET owner = 'gone:1:x', leased_until = ?", (PAST,))
        connection.commit()
    done = repair(settings, print)
    assert done.left == ()
    told = "\n".join(each.what for each in done.fixed)
    for part in ("turn_user_fts", "dead learners", "briefing", "vector index", "mode"):
        assert part in told
    assert outside.stat().st_mode & 0o777 == 0o644
    assert repair(settings, print).fixed == ()
