"""The place grammar: what it prints it reads back, and it reads what neighbours say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.understanding.normalise import plain
from handlers.understanding.numerals import CHINESE, numeral, spoken
from handlers.understanding.place import addresses, home_of, spot_name
from handlers.understanding.types import Scene, Spot
from handlers.understanding.whereabouts import added, answered, place_said

NOWHERE = Spot()
HOUSE = Scene(building="3", units=("1", "2", "3"), floors=18)
COMPOUND = Scene()

buildings = st.integers(1, 99).map(str) | st.sampled_from(["A", "B", "T2", "A3", "12A"])
units = st.integers(1, 9).map(str)
floors = st.integers(-3, 33).filter(bool)
rooms = st.builds("{}{:02}".format, st.integers(1, 33), st.integers(1, 12)) | st.just("13A02")
spots = st.builds(Spot, st.none() | buildings, st.none() | units, st.none() | floors, st.none() | rooms)


def only(text: str, scene: Scene = HOUSE) -> Spot:
    """The one address in a text."""
    found = [spot for _, _, spot in addresses(plain(text), scene)]
    assert len(found) <= 1, found
    return found[0] if found else NOWHERE


@given(spots)
def test_what_is_printed_is_read_back(spot: Spot) -> None:
    assert only(spot_name(spot)) == spot


@given(spots)
def test_a_group_reads_building_and_unit_at_most(spot: Spot) -> None:
    assert only(spot_name(spot, rooms=False)) == Spot(spot.building, spot.unit)


@given(st.integers(0, 99))
def test_a_spoken_numeral_is_read_back(number: int) -> None:
    assert numeral(spoken(number)) == str(number)


@given(st.text(CHINESE, max_size=9))
def test_no_numeral_is_too_odd_to_be_refused_or_read(text: str) -> None:
    read = numeral(text)
    assert read is None or read.isdigit()


@given(st.text(max_size=300))
def test_any_text_has_a_place_or_none(text: str) -> None:
    assert isinstance(place_said(plain(text), HOUSE, NOWHERE), Spot)


@pytest.mark.parametrize(
    ("said", "spot"),
    [
        ("3-1-502", Spot("3", "1", None, "502")),
        ("三单元五楼", Spot(None, "3", 5, None)),
        ("2单元五零二", Spot(None, "2", None, "502")),
        ("负一楼", Spot(None, None, -1, None)),
        ("地下二层", Spot(None, None, -2, None)),
        ("B2车库", Spot(None, None, -2, None)),
        ("A座", Spot("A", None, None, None)),
        ("6幢301", Spot("6", None, None, "301")),
        ("１２栋２单元１２０３", Spot("12", "2", None, "1203")),
        ("2-1203", Spot(None, "2", None, "1203")),
        ("13A02", Spot(None, None, None, "13A02")),
        ("13A层", Spot(None, None, 14, None)),
        ("4座2梯2601", Spot("4", "2", None, "2601")),
        ("六号楼2单元四零一", Spot("6", "2", None, "401")),
        ("三樓", Spot(None, None, 3, None)),
        ("D2单元门口", Spot("D", "2", None, None)),
        ("8-3整个单元", Spot("8", "3", None, None)),
        ("7#2单元1905", Spot("7", "2", None, "1905")),
        ("-2车库", Spot(None, None, -2, None)),
        ("1单元-301", Spot(None, "1", None, "301")),
        ("12#2-1806", Spot("12", "2", None, "1806")),
        ("4门门口", Spot(None, "4", None, None)),
        ("201张老先生", Spot(None, None, None, "201")),
        ("1101到1104", NOWHERE),
        ("两单元都停了", NOWHERE),
        ("201张票", NOWHERE),
        ("打119了", NOWHERE),
        ("电话13800001234", NOWHERE),
        ("花了300块", NOWHERE),
        ("2026年", NOWHERE),
    ],
)
def test_addresses_as_they_are_said(said: str, spot: Spot) -> None:
    assert only(said) == spot


def test_two_numbers_mean_a_unit_in_a_building_and_a_building_in_a_compound() -> None:
    assert only("2-502", HOUSE) == Spot(None, "2", None, "502")
    assert only("2-502", COMPOUND) == Spot("2", None, None, "502")


def test_a_courtyard_is_a_building_where_there_are_several() -> None:
    assert only("12号院2单元一楼", COMPOUND) == Spot("12", "2", 1, None)
    assert only("5号院3号楼2单元", COMPOUND) == Spot("3", "2", None, None)
    assert only("三号院停水", HOUSE) == NOWHERE


def test_a_house_may_have_a_number_of_three_digits_where_no_floor_can() -> None:
    assert only("203楼3门", COMPOUND) == Spot("203", "3", None, None)
    assert only("205楼前头", COMPOUND) == Spot("205", None, None, None)
    assert only("205楼上漏水", COMPOUND) == Spot(None, None, None, "205")
    assert only("23楼门口", Scene(floors=6)) == Spot("23", None, None, None)
    assert only("5楼门口", Scene(floors=6)) == Spot(None, None, 5, None)


@pytest.mark.parametrize("name", ["2-1203 李姐", "3-2-1203李姐", "2单元1203 李姐", "李姐（2-1203）", "2-1203Lily"])
def test_a_nickname_tells_the_home(name: str) -> None:
    home = home_of(plain(name), HOUSE)
    assert (home.unit, home.room) == ("2", "1203")


HOME = Spot(None, "2", None, "1203")


@pytest.mark.parametrize(
    ("said", "spot"),
    [
        ("我家厨房顶上滴水", Spot(None, "2", None, "1203")),
        ("1单元楼道灯不亮", Spot(None, "1", None, None)),
        ("楼上1303半夜跳绳，我家灯都在晃", Spot(None, "2", None, "1303")),
        ("我家12楼的水小得像线", Spot(None, "2", 12, "1203")),
        ("树枝都伸到我家窗子里了", Spot(None, "2", None, "1203")),
        ("哪个可以到我家来帮她认证一下", Spot(None, "2", None, "1203")),
        ("小姑子带人到我家来砸门", NOWHERE),
        ("我们这屋暖气管漏水了", Spot(None, "2", None, "1203")),
        ("雪又厚了一层", NOWHERE),
        ("挨家敲门换阀门，要280", NOWHERE),
        ("304装修，我在503听得清清楚楚", Spot(None, None, None, "304")),
        ("我在503，水管漏了", Spot(None, None, None, "503")),
        ("声音像是大概十层往上传来的", NOWHERE),
        ("从十五楼走下来，敲了1204没人", NOWHERE),
        ("1单元和2单元中间的井盖破了", NOWHERE),
        ("@2-1101 王哥 路灯不亮了", NOWHERE),
    ],
)
def test_the_place_of_a_problem(said: str, spot: Spot) -> None:
    assert place_said(plain(said), HOUSE, HOME) == spot


def test_a_later_message_fills_in_what_was_missing_and_moves_nothing() -> None:
    spot = Spot("3", None, 4, None)
    assert added(spot, "2单元", HOUSE, NOWHERE, theirs=True, staff=False) == Spot("3", "2", 4, None)
    assert added(spot, "我在7楼，马上下来", HOUSE, NOWHERE, theirs=False, staff=False) == spot
    assert added(spot, "说错了，是5楼", HOUSE, NOWHERE, theirs=True, staff=False) == Spot("3", None, 5, None)
    assert added(Spot("3"), "我在503，听得清清楚楚", HOUSE, NOWHERE, theirs=False, staff=False) == Spot("3")


def test_what_the_staff_find_out_goes_before_what_was_thought() -> None:
    thought = Spot("3", "2", 10)
    assert added(thought, "监控看了，是12楼窗户丢的", HOUSE, NOWHERE, theirs=False, staff=True) == Spot("3", "2", 12)
    assert added(thought, "12楼的玻璃明早来装", HOUSE, NOWHERE, theirs=False, staff=True) == thought
    assert added(Spot("3", "2"), "4楼小韩你看看还滴不", HOUSE, NOWHERE, theirs=False, staff=True) == Spot("3", "2")
    assert added(Spot("3", "2"), "好像是9楼那家的婆婆", HOUSE, NOWHERE, theirs=True, staff=False) == Spot("3", "2")


def test_a_room_that_is_his_own_has_his_unit() -> None:
    home = Spot("3", "2", None, "602")
    assert added(Spot("3"), "在家，602", HOUSE, home, theirs=True, staff=False) == Spot("3", "2", None, "602")
    assert added(Spot("3"), "不是我，601", HOUSE, home, theirs=True, staff=False) == Spot("3", None, None, "601")


def test_who_says_where_he_lives_after_the_floor_means_his_flat() -> None:
    home = Spot("3", "2", None, "602")
    assert added(Spot("3", None, 6), "我家", HOUSE, home, theirs=True, staff=False) == Spot("3", "2", 6, "602")
    assert added(Spot("3", None, 4), "我家", HOUSE, home, theirs=True, staff=False) == Spot("3", None, 4)


@pytest.mark.parametrize(
    ("question", "answer", "spot"),
    [
        ("请问是几单元？", "2", Spot(unit="2")),
        ("请问是几楼？", "十一", Spot(floor=11)),
        ("哪一栋呢？", "6", Spot(building="6")),
        ("几点方便？", "3", NOWHERE),
        ("请问是几单元？", "", NOWHERE),
        ("是1单元的八楼不？", "对头", Spot(unit="1", floor=8)),
        ("1单元的吗", "嗯嗯是的", Spot(unit="1")),
        ("1单元的吗", "对,西边那个", Spot(unit="1")),
        ("几单元的呢", "1 我抬头看到的", Spot(unit="1")),
        ("1单元的吗", "", NOWHERE),
        ("1单元昨天也停过", "是的", NOWHERE),
        ("请问是几单元？", "99999999999", NOWHERE),
    ],
)
def test_a_short_answer_takes_its_place_from_the_question(question: str, answer: str, spot: Spot) -> None:
    assert answered(answer, question, HOUSE) == spot


def test_a_parking_space_is_no_home() -> None:
    assert only("车库我那个位B2-117又让人占了") == Spot(floor=-2)
    assert only("我车位077被占了") == NOWHERE
    assert only("B2-502停水了", Scene(building=None, units=("1",), towers=True)) == Spot(building="B2", room="502")


def test_a_service_number_is_no_home() -> None:
    assert only("快递柜的400打不通") == NOWHERE
    assert only("我拨了400电话") == NOWHERE


def test_where_something_ran_to_is_not_where_it_is() -> None:
    assert place_said(plain("老鼠！一单元一楼旁边窜出来，往602那边跑了"), HOUSE, NOWHERE) == Spot(unit="1", floor=1)
