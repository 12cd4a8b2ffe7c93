"use strict";
(() => {
  const images = JSON.parse(document.getElementById("data").textContent).images;

  const size = (bytes) =>
    bytes < 50000 ? (bytes / 1e3).toFixed(1) + " kB" : (bytes / 1e6).toFixed(1) + " MB";

  // Squarified treemap: rows are filled along the shorter side as long as that makes the
  // rectangles of the row less oblong. Items come largest first.
  function layout(items, x, y, width, height) {
    const placed = [];
    const total = items.reduce((sum, item) => sum + item.bytes, 0);
    if (!total || width <= 0 || height <= 0) return placed;
    const scale = (width * height) / total;
    let next = 0;
    while (next < items.length && width > 0.5 && height > 0.5) {
      const side = Math.min(width, height);
      let sum = 0;
      let end = next;
      let worst = Infinity;
      while (end < items.length) {
        const more = sum + items[end].bytes * scale;
        const depth = more / side;
        const largest = (items[next].bytes * scale) / depth;
        const smallest = (items[end].bytes * scale) / depth;
        const ratio = Math.max(largest / depth, depth / Math.max(smallest, 1e-9));
        if (ratio > worst) break;
        worst = ratio;
        sum = more;
        end++;
      }
      const depth = sum / side;
      let along = 0;
      for (; next < end; next++) {
        const length = (items[next].bytes * scale) / depth;
        placed.push(
          width >= height
            ? { item: items[next], x, y: y + along, width: depth, height: length }
            : { item: items[next], x: x + along, y, width: length, height: depth });
        along += length;
      }
      if (width >= height) { x += depth; width -= depth; } else { y += depth; height -= depth; }
    }
    return placed;
  }

  function text(parent, name, content) {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = content;
    parent.appendChild(span);
  }

  function draw(map) {
    const image = images[Number(map.dataset.image)];
    const part = map.opened === undefined ? null : image.parts[map.opened];
    const items = part ? part.files : image.parts;
    const trail = map.parentElement.querySelector(".trail");
    trail.replaceChildren();
    if (part) {
      const back = document.createElement("button");
      back.type = "button";
      back.textContent = "All packages";
      back.addEventListener("click", () => {
        const opened = map.opened;
        map.opened = undefined;
        draw(map);
        map.querySelector('[data-part="' + opened + '"]')?.focus();
      });
      trail.append(back, " " + part.name + " " + part.version + ", " + size(part.bytes) + " in " + part.count + " files");
    } else {
      trail.textContent = "Choose a package to see its files.";
    }
    const cells = layout(items, 0, 0, map.clientWidth, map.clientHeight)
      .filter((cell) => cell.width >= 2 && cell.height >= 2)
      .map((cell) => {
        const element = document.createElement(part ? "div" : "button");
        const kind = part || cell.item;
        element.className = "cell " + kind.origin + (kind.shared ? " shared" : "");
        for (const [property, value] of
            [["left", cell.x], ["top", cell.y], ["width", cell.width], ["height", cell.height]]) {
          element.style[property] = value + "px";
        }
        const label = cell.item.name + ", " + size(cell.item.bytes);
        element.title = label;
        if (cell.width > 60 && cell.height > 22) {
          text(element, "name", cell.item.name);
          if (cell.height > 40) text(element, "size", size(cell.item.bytes));
        } else {
          element.style.padding = "0";
        }
        if (!part) {
          element.type = "button";
          element.setAttribute("aria-label", label);
          element.dataset.part = image.parts.indexOf(cell.item);
          element.addEventListener("click", () => {
            map.opened = image.parts.indexOf(cell.item);
            draw(map);
            trail.querySelector("button").focus();
          });
        }
        return element;
      });
    map.replaceChildren(...cells);
  }

  // Not in the markup, whose style attributes the policy of this page forbids.
  document.querySelectorAll(".strip span").forEach((layer) => {
    layer.style.flexGrow = layer.dataset.share;
  });

  const maps = [...document.querySelectorAll(".treemap")];
  const seen = new ResizeObserver((entries) => entries.forEach((entry) => draw(entry.target)));
  maps.forEach((map) => { draw(map); seen.observe(map); });
})();
