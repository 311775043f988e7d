#!/usr/bin/env python3
"""Makes expected.txt from the zone files beside it, by Python's own zoneinfo.

Called with a folder, for instance /usr/share/zoneinfo, it takes the zone files from there first.

Lines of expected.txt, all times in seconds since 1970:
  offset ZONE TIME OFFSET          what has to be added to UTC
  local ZONE DAY MINUTE TIME...    when the clock first shows DAY MINUTE and each half-hour after it; where it skips one,
                                   the next instant that there is
  hours ZONE START END FROM TO TIME...
                                   when a desk with these daily hours opens or closes after FROM and before TO
"""
import datetime as d
import pathlib
import shutil
import sys
import zoneinfo

HERE = pathlib.Path(__file__).parent
ZONES = [
    "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata",
    "Africa/Casablanca", "America/St_Johns", "Asia/Gaza", "Pacific/Apia",
]
YEARS = list(range(2016, 2028)) + [2011, 2040, 2437]
HOURS = [("08:00", "16:59"), ("22:00", "05:59"), ("01:30", "02:29"), ("00:00", "23:59"), ("02:15", "02:14")]
UTC = d.timezone.utc
EPOCH = d.datetime(1970, 1, 1, tzinfo=UTC)


def moment(seconds):
    return EPOCH + d.timedelta(seconds=seconds)


def offset(zone, seconds):
    return int(moment(seconds).astimezone(zone).utcoffset().total_seconds())


def change_between(zone, low, high):
    """The one change of the offset in (low, high]."""
    before = offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def changes(zone, year):
    start = int((d.datetime(year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
    found = []
    for step in range(start, start + 366 * 86400, 6 * 3600):
        if offset(zone, step) != offset(zone, step + 6 * 3600):
            found.append(change_between(zone, step, step + 6 * 3600))
    return found


def local(zone, naive):
    """When the clock first shows a time, or the end of the gap that swallows it."""
    first = naive.replace(tzinfo=zone, fold=0)
    utc = first.astimezone(UTC)
    seconds = int((utc - EPOCH).total_seconds())
    if utc.astimezone(zone).replace(tzinfo=None) == naive:
        return seconds
    return change_between(zone, seconds - 90000, seconds + 90000)


def minutes(text):
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def hours(zone, start, end, low, high):
    first, last = minutes(start), minutes(end) + 1
    if first > last - 1:
        last += 1440
    midnight = moment(low).replace(tzinfo=None, hour=0, minute=0, second=0) - d.timedelta(days=3)
    edges = []
    for day in range(10):
        base = midnight + d.timedelta(days=day)
        opens = local(zone, base + d.timedelta(minutes=first))
        closes = local(zone, base + d.timedelta(minutes=last))
        if opens >= closes:
            continue
        if edges and opens <= edges[-1][1]:
            edges[-1][1] = max(edges[-1][1], closes)
        else:
            edges.append([opens, closes])
    return [time for pair in edges for time in pair if low < time < high]


def main():
    if len(sys.argv) > 1:
        for name in ZONES:
            shutil.copyfile(pathlib.Path(sys.argv[1]) / name, HERE / name.replace("/", "_"))
    lines = []
    for name in ZONES:
        with open(HERE / name.replace("/", "_"), "rb") as file:
            zone = zoneinfo.ZoneInfo.from_file(file, key=name)
        for year in YEARS:
            middle = int((d.datetime(year, 3, 1, tzinfo=UTC) - EPOCH).total_seconds())
            for change in changes(zone, year) or [middle]:
                for time in (change - 1, change):
                    lines.append(f"offset {name} {time} {offset(zone, time)}")
                start = moment(change).astimezone(zone).replace(tzinfo=None, minute=0, second=0) - d.timedelta(hours=4)
                times = [local(zone, start + d.timedelta(minutes=30 * step)) for step in range(17)]
                lines.append(f"local {name} {start.date()} {start.hour * 60} " + " ".join(map(str, times)))
                for opens, closes in HOURS:
                    low, high = change - 36 * 3600, change + 36 * 3600
                    found = hours(zone, opens, closes, low, high)
                    lines.append(" ".join(map(str, ["hours", name, opens, closes, low, high, *found])))
    (HERE / "expected.txt").write_text("\n".join(lines) + "\n")


main()
