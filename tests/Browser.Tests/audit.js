// What a reader would stumble over on a page, as a list of sentences; empty for a sound page.
() => {
  const found = [], width = document.documentElement.clientWidth;
  const seen = e => { const s = getComputedStyle(e); return s.visibility !== 'hidden' && s.display !== 'none' && +s.opacity > 0; };
  const name = t => JSON.stringify(t.text.slice(0, 40)) + ' in ' + t.place;
  const place = e => { const f = e.closest('figure, section, table, dl, ul, ol, p, h1, h2, h3'); return f ? f.tagName.toLowerCase() + (f.id ? '#' + f.id : f.className ? '.' + f.className : '') : 'page'; };
  if (document.documentElement.scrollWidth > width) {
    const widest = [...document.querySelectorAll('table, pre, p, svg, dl, ul, h1, h2, h3')].map(e => [e.getBoundingClientRect().right, e])
      .sort((a, b) => b[0] - a[0]).slice(0, 4).map(([right, e]) => `${place(e)} to ${right.toFixed(0)}: ${JSON.stringify(e.textContent.slice(0, 60))}`);
    found.push(`the page is ${document.documentElement.scrollWidth} wide, its window ${width}: ${widest.join('; ')}`);
  }
  // One box for each line of each text; of SVG text the box of the element.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !parent || parent.closest('title, desc, style, script') || !seen(parent)) continue;
    const svg = parent.closest('svg');
    if (svg) {
      const box = parent.getBoundingClientRect(), frame = svg.getBoundingClientRect();
      const text = { text: node.data, place: 'figure ' + (parent.closest('figure')?.id ?? ''), box, scrolled: false };
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        found.push(`${name(text)} leaves its drawing by ${Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom).toFixed(1)} px`);
      texts.push(text);
      continue;
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects())
      if (box.width > 0.5 && box.height > 0.5) texts.push({ text: node.data.trim(), place: place(parent), box, scrolled: !!parent.closest('.scroll, pre') });
  }
  for (const t of texts)
    if (!t.scrolled && (t.box.right > width + 1 || t.box.left < -1)) found.push(`${name(t)} reaches ${t.box.right.toFixed(0)} of ${width} px`);
  texts.sort((a, b) => a.box.top - b.box.top);
  for (let i = 0; i < texts.length; i++)
    for (let j = i + 1; j < texts.length && texts[j].box.top < texts[i].box.bottom; j++) {
      const a = texts[i].box, b = texts[j].box;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), tall = Math.min(a.bottom, b.bottom) - b.top;
      // Boxes hold room for accents and descenders: a fifth of the lower one is not ink.
      if (wide > 1 && tall > 1 && tall > 0.2 * Math.min(a.height, b.height)) found.push(`${name(texts[i])} and ${name(texts[j])} overlap by ${wide.toFixed(1)} × ${tall.toFixed(1)} px`);
    }
  for (const figure of document.querySelectorAll('figure')) {
    const svg = figure.querySelector('svg'), box = svg?.getBoundingClientRect();
    if (!svg || box.width < 150 || box.height < 80) { found.push(`figure ${figure.id} has no drawing of a size`); continue; }
    const marks = [...svg.querySelectorAll('.m, .b, .l, .heat, .reach')].filter(m => { const b = m.getBoundingClientRect(); return b.width + b.height > 1; });
    if (marks.length === 0) found.push(`figure ${figure.id} shows nothing`);
    if (!figure.querySelector('figcaption')?.textContent.trim()) found.push(`figure ${figure.id} has no caption`);
  }
  return found;
}
