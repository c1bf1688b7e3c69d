'use strict';
const MOST = 24, STEP = 1.4;

for (const figure of document.querySelectorAll('.zoom')) {
  const stage = figure.querySelector('.stage');
  const sheet = figure.querySelector('.sheet');
  const tools = figure.querySelector('.tools');
  let scale = 1, x = 0, y = 0;

  function show() {
    // What is enlarged covers the stage, as far as it did before.
    x = Math.min(0, Math.max(x, stage.clientWidth - sheet.offsetLeft - sheet.offsetWidth * scale));
    y = Math.min(0, Math.max(y, stage.clientHeight - sheet.offsetHeight * scale));
    if (scale === 1) x = y = 0;
    sheet.style.transform = scale === 1 ? '' : `translate(${x}px, ${y}px) scale(${scale})`;
    stage.classList.toggle('zoomed', scale > 1);
  }

  function middle() {
    const box = stage.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  }

  // Enlarges by `factor`; what lies at `at` in the window stays there.
  function zoom(factor, at = middle()) {
    const box = stage.getBoundingClientRect();
    const next = Math.min(MOST, Math.max(1, scale * factor));
    const [u, v] = [at[0] - box.left - sheet.offsetLeft, at[1] - box.top];
    x = u - (u - x) * next / scale;
    y = v - (v - y) * next / scale;
    scale = next;
    show();
  }

  function pan(dx, dy) {
    x += dx;
    y += dy;
    show();
  }

  function reset() {
    scale = 1;
    show();
  }

  function button(label, title, act) {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = label;
    made.title = title;
    if (label.length === 1) made.setAttribute('aria-label', title);
    made.addEventListener('click', () => act(made));
    tools.append(made);
  }

  button('+', 'Enlarge', () => zoom(STEP));
  button('−', 'Reduce', () => zoom(1 / STEP));
  button('Reset', 'Show all', reset);
  const marks = figure.querySelector('.marks');
  if (marks) {
    button('Hide marks', 'Show or hide what was found', (made) => {
      marks.toggleAttribute('hidden');
      made.textContent = marks.hasAttribute('hidden') ? 'Show marks' : 'Hide marks';
    });
  }
  const note = document.createElement('span');
  note.className = 'note';
  note.textContent = 'Click the picture, then wheel, + and −, drag or arrow keys';
  tools.append(note);
  tools.hidden = false;

  // A wheel that scrolls the page goes on scrolling it.
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && document.activeElement !== stage) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 400), [event.clientX, event.clientY]);
  }, { passive: false });

  const keys = {
    '+': () => zoom(STEP), '=': () => zoom(STEP), '-': () => zoom(1 / STEP), '0': reset,
    ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0),
    ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
  };
  stage.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    const isPan = event.key.startsWith('Arrow');
    if (!act || event.ctrlKey || event.metaKey || event.altKey || (isPan && scale === 1)) return;
    event.preventDefault();
    act();
  });

  // One finger or the mouse drags, two pinch.
  const fingers = new Map();
  const spread = () => {
    const [a, b] = fingers.values();
    return [Math.hypot(a.x - b.x, a.y - b.y), [(a.x + b.x) / 2, (a.y + b.y) / 2]];
  };
  stage.addEventListener('pointerdown', (event) => {
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (scale > 1) {
      stage.setPointerCapture(event.pointerId);
      stage.classList.add('dragging');
    }
  });
  stage.addEventListener('pointermove', (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const before = fingers.size === 2 && spread();
    const [dx, dy] = [event.clientX - finger.x, event.clientY - finger.y];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (before) {
      const [after, at] = spread();
      zoom(after / Math.max(before[0], 1), at);
      pan(at[0] - before[1][0], at[1] - before[1][1]);
    } else if (fingers.size === 1 && scale > 1) {
      pan(dx, dy);
    }
  });
  for (const end of ['pointerup', 'pointercancel']) {
    stage.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      stage.classList.toggle('dragging', fingers.size > 0 && scale > 1);
    });
  }
  stage.addEventListener('dragstart', (event) => event.preventDefault());
}
