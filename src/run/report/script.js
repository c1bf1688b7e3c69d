'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const find = (selector) => document.querySelector(selector);
const [scroller, head, body, chosen] = ['.scroller', '.scroller thead', '.scroller tbody', '#chosen'].map(find);
const [text, state, machine, bad, count] = ['#text', '#state', '#machine', '#bad', '#count'].map(find);
const PASSED = data.states.length - 1;
const isIssue = data.states[PASSED][0] === 'printed';
// Rows beyond those that are seen, either way.
const AROUND = 12;
const whole = new Intl.NumberFormat('en');

// Each line begins with the number, to base 36, of characters that it shares with the one above.
function unshare(lines) {
  let last = '';
  return lines.split('\n').map((line) => (last = last.slice(0, parseInt(line[0], 36)) + line.slice(1)));
}

function shown({ decimals, values }, row) {
  const value = values[row];
  return value === null ? '' : (value / 10 ** decimals).toFixed(decimals).replace('-', '−');
}

const ids = data.count ? unshare(data.ids) : [];
const times = data.count ? unshare(data.times) : [];
let number = 0;
const numbers = Int32Array.from(data.gaps, (gap) => (number += gap));
const places = new Map();
numbers.forEach((number, row) => places.set(number, row));
const machineOf = (row) => data.machines.words[data.machines.rows[row]];
const says = (row) => data.says.words[data.says.rows[row]];
const result = (row) => data.verdicts.words[data.verdicts.rows[row]].replaceAll('-', ' ') || data.states[data.state[row]][0];

// What rows are in the order of: numbers, the place of words among all words.
function ranks(words) {
  const sorted = [...new Set(words)].sort();
  const rank = new Map(sorted.map((word, place) => [word, place]));
  return words.map((word) => rank.get(word));
}
const byWords = ({ words, rows }) => {
  const rank = ranks(words);
  return rows.map((place) => rank[place]);
};
const sortKeys = {
  number: () => numbers,
  id: () => ranks(ids),
  state: () => byWords(data.verdicts).map((rank, row) => data.state[row] * 1e6 + rank),
  margin: () => data.margin.values,
  machine: () => byWords(data.machines),
  time: () => ranks(times).map((rank, row) => (times[row] ? rank : null)),
  says: () => byWords(data.says).map((rank, row) => (says(row) ? rank : null)),
  measure: (index) => data.measures[index].values,
};
const made = new Map();
function keysOf({ key, index = '' }) {
  const name = key + index;
  if (!made.has(name)) made.set(name, sortKeys[key](index));
  return made.get(name);
}

const headers = [...head.querySelectorAll('th')];
let sorted = { header: headers[0], sign: 1 };
let view = [];
let selected = -1;
let height = 32;

// What is missing stands last, whichever way.
function sort() {
  const { header, sign } = sorted;
  const keys = keysOf(header.dataset);
  const key = Float64Array.from(keys, (value) => (value === null ? Infinity : sign * value));
  view.sort((a, b) => key[a] - key[b] || a - b);
  for (const other of headers) other.removeAttribute('aria-sort');
  header.setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
}

let lower = null;
function filter() {
  const part = text.value.trim().toLowerCase();
  lower ??= ids.map((id) => id.toLowerCase());
  const [ends, from] = [state.value, machine?.value ?? ''];
  const fits = (row) => (!bad.checked || data.state[row] !== PASSED)
    && (ends === '' || data.state[row] === Number(ends))
    && (from === '' || data.machines.rows[row] === Number(from))
    && (part === '' || lower[row].includes(part) || String(numbers[row]) === part);
  view = [];
  for (let row = 0; row < data.count; row++) if (fits(row)) view.push(row);
  count.textContent = `${whole.format(view.length)} of ${whole.format(data.count)} rows`;
  sort();
  scroller.scrollTop = 0;
  render();
}

function cell(content, className = '') {
  const made = document.createElement('td');
  made.className = className;
  made.setAttribute('role', 'gridcell');
  made.append(content);
  return made;
}

function badge(row) {
  const [, className, sign] = data.states[data.state[row]];
  const [made, mark] = [document.createElement('span'), document.createElement('span')];
  made.className = `result ${className}`;
  mark.className = 'sign';
  mark.textContent = sign;
  mark.setAttribute('aria-hidden', 'true');
  made.append(mark, result(row));
  return made;
}

const cells = {
  number: (row) => cell(whole.format(numbers[row]), 'number'),
  id: (row) => cell(ids[row], 'held'),
  state: (row) => cell(badge(row)),
  margin: (row) => cell(shown(data.margin, row), 'number'),
  machine: (row) => cell(machineOf(row)),
  time: (row) => cell(times[row], 'figure'),
  says: (row) => cell(says(row)),
  measure: (row, index) => cell(shown(data.measures[index], row), 'number'),
};

function line(place) {
  const row = view[place];
  const made = document.createElement('tr');
  made.id = `row-${numbers[row]}`;
  made.setAttribute('role', 'row');
  made.setAttribute('aria-rowindex', place + 2);
  made.setAttribute('aria-selected', row === selected);
  for (const { dataset: { key, index } } of headers) made.append(cells[key](row, index));
  made.addEventListener('click', () => choose(place));
  return made;
}

function space(rows) {
  const made = document.createElement('tr');
  made.className = 'space';
  made.setAttribute('role', 'presentation');
  const inner = document.createElement('td');
  inner.colSpan = headers.length;
  inner.style.height = `${rows * height}px`;
  made.append(inner);
  return made;
}

// Only what is seen is in the document, and a little around it.
function render() {
  const seen = Math.ceil(scroller.clientHeight / height);
  const from = Math.max(0, Math.min(Math.floor(scroller.scrollTop / height) - AROUND, view.length - seen));
  const to = Math.min(view.length, from + seen + 2 * AROUND);
  const lines = [];
  for (let place = from; place < to; place++) lines.push(line(place));
  body.replaceChildren(space(from), ...lines, space(view.length - to));
  head.parentElement.setAttribute('aria-rowcount', view.length + 1);
  scroller.toggleAttribute('aria-activedescendant', false);
  if (selected >= 0) scroller.setAttribute('aria-activedescendant', `row-${numbers[selected]}`);
}

function describe(row) {
  const note = (content) => {
    const made = document.createElement('p');
    made.append(content);
    return made;
  };
  if (row < 0) {
    const hint = note('Select a row to see why it ended as it did.');
    hint.className = 'note';
    chosen.replaceChildren(hint);
    return;
  }
  const [title, name] = [note(badge(row)), document.createElement('b')];
  name.textContent = ids[row];
  const more = [`No. ${whole.format(numbers[row])}`, machineOf(row), times[row]].filter(Boolean);
  title.append(' ', name, ` · ${more.join(' · ')}`);
  const list = document.createElement('dl');
  for (const measure of data.measures) {
    if (measure.values[row] === null) continue;
    const [pair, term, value] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
    term.textContent = measure.title;
    value.textContent = `${shown(measure, row)} ${measure.unit}`;
    pair.append(term, value);
    list.append(pair);
  }
  const why = says(row) || (data.state[row] === PASSED && !isIssue ? 'Nothing was found that speaks against it.' : '');
  chosen.replaceChildren(title, note(why));
  if (list.children.length) chosen.append(list);
}

function choose(place) {
  selected = view[place] ?? -1;
  if (selected >= 0) {
    const [top, room] = [place * height, scroller.clientHeight - head.offsetHeight];
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (top + height > scroller.scrollTop + room) scroller.scrollTop = top + height - room;
  }
  render();
  describe(selected);
}

for (const header of headers) {
  header.querySelector('button').addEventListener('click', () => {
    sorted = { header, sign: sorted.header === header ? -sorted.sign : 1 };
    sort();
    scroller.scrollTop = 0;
    render();
  });
}

const page = () => Math.max(1, Math.floor((scroller.clientHeight - head.offsetHeight) / height) - 1);
const moves = {
  ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1,
  PageDown: (at) => at + page(), PageUp: (at) => at - page(),
  Home: () => 0, End: () => view.length - 1,
};
scroller.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !view.length) return;
  const move = moves[event.key];
  if (event.key === 'Escape') choose(-1);
  if (!move) return;
  event.preventDefault();
  choose(Math.max(0, Math.min(view.length - 1, move(view.indexOf(selected)))));
});

// Documents named above the table lead to their rows.
for (const link of document.querySelectorAll('a[data-row]')) {
  link.addEventListener('click', (event) => {
    const row = places.get(Number(link.dataset.row));
    if (row === undefined) return;
    event.preventDefault();
    if (!view.includes(row)) {
      text.value = state.value = '';
      if (machine) machine.value = '';
      bad.checked = false;
      filter();
    }
    choose(view.indexOf(row));
    find('.table').scrollIntoView({ block: 'nearest' });
    scroller.focus({ preventScroll: true });
  });
}

function fill(select, words) {
  words.forEach(([word, value]) => select?.add(new Option(word, value)));
}
const occurring = data.states.map(([word], index) => [word, index]).filter(([, index]) => data.state.includes(index));
fill(state, occurring);
fill(machine, data.machines.words.map((word, index) => [word || '–', index]).sort());

for (const control of [text, state, machine, bad]) control?.addEventListener('input', filter);
let waiting = false;
const soon = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    render();
  });
};
scroller.addEventListener('scroll', soon, { passive: true });
addEventListener('resize', soon);

find('.table').hidden = false;
if (isIssue) sorted.header = headers.find((header) => header.dataset.key === 'state');
filter();
height = body.querySelector('tr[id]')?.getBoundingClientRect().height || height;
render();
describe(-1);
