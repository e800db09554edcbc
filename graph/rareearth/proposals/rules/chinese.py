"""New names in Chinese sentences: bodies by their last words, people as jieba marks them, titles in their brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rareearth.ontology import Ontology
from rareearth.proposals.rules import recognizer
from rareearth.proposals.text.words import Words, either
from rareearth.sentences import Span

_PERSON, _PERSON_LENGTH = "nr", range(2, 4)
_VERB = "v"
_PROPER = ("nr", "ns", "nt", "nz", "eng", "x")
_NOMINAL = ("n", "j", "eng", "b", "vn", "a", "x", "l", "i", "f", "g", "m", "v")
_TITLE = re.compile(r"《([^《》]{2,40})》")
_ROLE = re.compile(r"(?:长|总|经理|书记|主任|教授|专家|记者|主席|院士|代表|裁|员|先生|女士|由|选举)$")
_SPEAKS = re.compile(r"表示|说|称|任|认为|指出|介绍|透露|强调|当选|出席|担任")
_MIN_OWN = 2  # characters of a name before its last word
_SHORT_PERSON = 2
_SHORT_NAME = range(2, 4)  # characters of the own part of a name that stands for it
_COMPOSED, _COMPOSED_ENDING, _MIN_COMPOSED = (
    4,
    3,
    5,
)  # words of a name of common words; characters of its last, before it
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易"
    "乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴"
    "蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞"
    "姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝封"
)


_ALSO_WORDS = frozenset("和成于时应从向同")  # surnames that are mostly words after a post
_DOUBLE = "欧阳|申屠|司马|上官|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|端木|东方|南宫|司徒|长孙|宇文"
_POST = (
    r"(?:(?:院|校|所|处|局|部|厅|司|市|省|县|区|会|事|秘书|组|团|董事|理事|主任委员|行|厂|矿|社)长|总裁|总经理|副总|经理|书记"
    r"|主任|教授|院士|工程师|发言人|研究员|主席|董事|监事|董事会秘书|秘书|总监|顾问|律师|记者|分析师|学者|主任委员|主管|矿工|自然人|股东|常委|助理|博士|委员|创始人|控制人|负责人|专家)"
)
_AFTER_POST = re.compile(
    rf"{_POST}(?P<name>(?:{_DOUBLE}|[{''.join(sorted(_SURNAMES - _ALSO_WORDS))}])[\u4e00-\u9fff]{{1,2}})"
    r"(?=[、，。；：（(等说在率赴对和与及作将曾已于则也还又现任为向就]|表示|认为|指出|介绍|透露|强调|主持|出席|参加|致辞|担任|当选|接受|承认|称|签署|会见"
    r"|持有|持股|拥有|控制|此前|先后|今年|当日|带队|带领|一行|同志|先生|女士|参观|考察|讲话|发言|宣布|签字|代表|出任|接替|辞去|离任|告诉|回应|回答"
    r"|坦言|补充|呼吁|建议|提出|直言|揭牌|陪同|牵头|创办|创立|$)"
)
_SPEAKER = re.compile(
    rf"(?:^|[，。；：、“”\n])(?P<name>(?:{_DOUBLE}|[{''.join(sorted(_SURNAMES - _ALSO_WORDS))}])[\u4e00-\u9fff]{{1,2}})"
    r"(?=表示|指出|认为|强调|介绍说|透露|坦言|直言|呼吁|告诉记者|回应|补充说|承认|说[，：])"
)  # a name at the begin of a clause before a verb of speaking
_NTH = r"第[一二三四五六七八九十百\d]{1,4}(?:届|次)(?:(?![在于由将为的])[\u4e00-\u9fffA-Za-z·]){2,24}"
_LEADING = frozenset(
    """由 与 和 对 向 在 为 将 从 及 以 被 把 同 跟 给 使 让 双方 三方 双双 共同 商定 共建 签署 新建 拟建 成立 设立
    建设 合作""".split()
)  # words before a name that jieba takes for nouns


class Chinese:
    """Finds new names in Chinese sentences. Made once; never changes."""

    def __init__(self, words: Words, ontology: Ontology) -> None:
        self.endings = words.endings["zh"]
        self.person = words.labels.get("PERSON", "")
        self._longest_first = sorted(self.endings, key=lambda ending: (-len(ending), ending))
        self._numbered = re.compile(rf"{_NTH}(?P<ending>{either(self.endings)})")
        ranges = {name: relation.range for name, relation in ontology.relations.items() if not relation.literal}
        of_names = {name for name, kind in ranges.items() if not any(ontology.is_a(kind, c) for c in words.common)}
        self._verbs = {"".join(cue.between) for cue in words.cues["zh"] if cue.term in of_names} - self.endings.keys()

    def kind_of(self, name: str) -> str:
        """The class that the last words of a name give it; that of a person if they give none."""
        ending = self._ending(name)
        return self.endings[ending] if ending else self.person

    def shorter(self, name: str) -> Iterator[str]:
        """The part of a name that is its own, without what it says of its trade: 华曜 of 华曜稀土集团."""
        bare = name
        while (ending := self._ending(bare)) and len(bare) - len(ending) >= _MIN_OWN:
            bare = bare.removesuffix(ending)
        if bare != name and len(bare) in _SHORT_NAME and not recognizer.is_chinese_word(bare):
            yield bare

    def names(self, text: str, span: Span, used: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        """The new names in a sentence as (start, end, class), where no known name stands (``used``, by character)."""
        taken: list[tuple[int, int]] = []
        for start, end, kind in self._certain(text, span):
            if not any(used[start:end]) and not any(a < end and start < b for a, b in taken):
                taken.append((start, end))
                yield start, end, kind
        parts = recognizer.chinese(text, span.start, span.end)
        run: list[recognizer.Word] = []
        for number, part in enumerate(parts):
            word = text[part.start : part.end]
            free = not any(used[part.start : part.end]) and not any(a <= part.start < b for a, b in taken)
            following = parts[number + 1] if number + 1 < len(parts) else None
            before_ending = following is not None and text[following.start : following.end] in self.endings
            is_person = free and not before_ending and _is_person(part, text)
            is_verb = part.flag == _VERB and word in self._verbs and not before_ending  # but 联合 in 联合实验室
            if is_person:
                yield part.start, part.end, self.person
            if not free or is_person or is_verb or not part.flag.startswith(_NOMINAL) or not word.isalnum():
                run = []
                continue
            run = [part] if part.flag in ("v", "m") and not run else [*run, part]
            ending = self._ending(word)
            own = part.end - len(ending)
            if ending and own - run[0].start >= _MIN_OWN and not self._goes_on(parts, number, text, used):
                start = _start(run, text, ending)
                if own - start >= _MIN_OWN:
                    yield start, part.end, self.endings[ending]
                run = []

    def _certain(self, text: str, span: Span) -> Iterator[tuple[int, int, str]]:
        """Names that their surroundings show: counted events, titles in brackets, people after their posts."""
        for match in self._numbered.finditer(text, span.start, span.end):
            yield match.start(), match.end(), self.endings[match["ending"]]
        for match in _TITLE.finditer(text, span.start, span.end):
            if (ending := self._ending(match[1])) and len(match[1]) - len(ending) >= _MIN_OWN:
                yield *match.span(1), self.endings[ending]
        for match in _AFTER_POST.finditer(text, span.start, span.end):
            yield *match.span("name"), self.person
        for match in _SPEAKER.finditer(text, span.start, span.end):
            if not recognizer.is_chinese_word(match["name"]):
                yield *match.span("name"), self.person

    def _ending(self, word: str) -> str:
        return next((ending for ending in self._longest_first if word.endswith(ending)), "")

    def _goes_on(self, parts: Sequence[recognizer.Word], number: int, text: str, used: Sequence[int]) -> bool:
        """Whether a longer name follows: "新材料" in "新材料有限公司"."""
        for part in parts[number + 1 : number + 4]:
            word = text[part.start : part.end]
            if any(used[part.start : part.end]) or not word.isalnum() or not part.flag.startswith(_NOMINAL):
                return False
            if self._ending(word):
                return True
        return False


def _is_person(part: recognizer.Word, text: str) -> bool:
    """Whether a word is the name of a person: one of two characters only after a post or before a verb of speaking."""
    word = text[part.start : part.end]
    if part.flag != _PERSON or len(word) not in _PERSON_LENGTH or word[0] not in _SURNAMES:
        return False
    if len(word) > _SHORT_PERSON:
        return True
    return bool(_ROLE.search(text, max(0, part.start - 6), part.start) or _SPEAKS.match(text, part.end))


def _start(run: list[recognizer.Word], text: str, ending: str) -> int:
    """Where the name begins that a run of words ends with; the end of the run if it is none."""
    end = run[-1].end
    while run and text[run[0].start : run[0].end] in _LEADING:
        run = run[1:]
    run = _own(run, text) or _composed(run, ending)
    if not run:
        return end
    joined = text[run[0].start] in _LEADING and run[0].end - run[0].start > _SHORT_PERSON  # 由华曜 as one word
    return run[0].start + joined


def _own(run: list[recognizer.Word], text: str) -> list[recognizer.Word]:
    """A run of words from its first word that is a name or no common word; [] where it has none.

    Two words of one character are what jieba makes of a name that it does not know.
    """
    for number, part in enumerate(run):
        following = run[number + 1] if number + 1 < len(run) else part
        single = part.end - part.start == 1 == following.end - following.start and following is not part
        if any(character.isdigit() for character in text[part.start : part.end]):
            continue
        if single or part.flag.startswith(_PROPER) or not recognizer.is_chinese_word(text[part.start : part.end]):
            return run[number:]
    return []


def _composed(run: list[recognizer.Word], ending: str) -> list[recognizer.Word]:
    """A run of common words if it is long enough to be the name of a body: 稀土绿色提取联合实验室; [] otherwise."""
    long = len(run) >= _COMPOSED and len(ending) >= _COMPOSED_ENDING
    return run if long and run[-1].end - len(ending) - run[0].start >= _MIN_COMPOSED else []
