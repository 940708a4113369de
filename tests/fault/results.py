"""What is in a results file: one line for people, and the table of docs/reliability.md.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
from collections import Counter, defaultdict

COUNTS = ('lost', 'duplicated', 'altered', 'left')


def load(path):
    """Each key once, the last time it was carried out."""
    found, gaps = {}, []
    try:
        lines = open(path).read().splitlines()
    except OSError:
        return [], []
    for line in lines:
        result = json.loads(line)
        gaps += result.get('gaps_ms', [])
        if 'key' in result:
            found[result['key'], result.get('mode')] = result
    return list(found.values()), gaps


def n_points(result):
    """How many faults happened: each kill of a row of them is one."""
    return result['hits'] if result['kind'] == 'random kill' else int(bool(result['hits']))


def line(results):
    n, kinds, places = 0, set(), set()
    total, n_bad = Counter(), 0
    for result in results:
        if result['hits']:
            n += n_points(result)
            kinds.add(result['kind'])
            places.add(result['server'])
        for name in COUNTS:
            total[name] += result.get(name, 0)
        n_bad += bool(result['wrong'])
    text = (f"{n} fault points, {len(kinds)} kinds, {len(places)} servers: {total['lost']} lost, {total['duplicated']} duplicated, "
            f"{total['altered']} altered, {total['left']} left over")
    other = n_bad - sum(any(r.get(name, 0) for name in COUNTS) for r in results)
    bound = sum(result.get('bound', 0) for result in results)
    text += f', {other} otherwise wrong' if other else ''
    return text + (f' (and {bound} twice as was said beforehand, rungs.py)' if bound else ''), n_bad


def table(results):
    """Rows: what went wrong; columns: servers; cells: points, and how many of them were bad."""
    cells, servers, rows = defaultdict(Counter), [], []
    for result in sorted(results, key=lambda r: r['kind']):
        n = n_points(result)
        row, server = result['kind'], result['server']
        servers += [server] if server not in servers else []
        rows += [row] if row not in rows else []
        cells[row, server]['n'] += n
        cells[row, server]['bad'] += bool(result['wrong'])
        cells[row, server]['bound'] += bool(result.get('bound'))
    lines = ['| fault | ' + ' | '.join(servers) + ' | all |', '| --- |' + ' ---: |' * (len(servers) + 1)]
    for row in rows + ['all']:
        wanted = rows if row == 'all' else [row]
        texts = [cell(sum((cells[r, server] for r in wanted), Counter())) for server in servers]
        everywhere = cell(sum((cells[r, server] for r in wanted for server in servers), Counter()))
        lines.append(f'| {row} | ' + ' | '.join(texts) + f' | {everywhere} |')
    return '\n'.join(lines)


def cell(counts):
    text = f"{counts['n']:,}" if counts['n'] or counts['bad'] else ''
    text += f" ({counts['bound']} within the bound)" if counts['bound'] else ''
    return text + (f" **({counts['bad']} bad)**" if counts['bad'] else '')


def instant(gaps):
    if not gaps:
        return ''
    quick = sum(gap <= 5 for gap in gaps)
    return f' {len(gaps):,} restarts were instant: half of them within {sorted(gaps)[len(gaps) // 2]} ms, {100 * quick // len(gaps)} % within 5 ms.'
