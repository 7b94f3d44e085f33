// Shows SVG texts at 1,600 px and gives what the browser sees of each, in units of its viewBox.
(svgs) => {
    const GROUNDS = {light: [255, 255, 255], dark: [13, 17, 23]};  // of a page that has no color of its own
    const HIDDEN = "defs, marker, symbol, clipPath, mask, pattern, linearGradient, radialGradient, title, desc, style";
    const FILLED = "rect, circle, ellipse, polygon, path";
    const MARKS = FILLED + ", line, polyline, text";
    const pen = document.createElement("canvas").getContext("2d");

    const moved = (matrix, x, y) => [matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f];

    function boxed(matrix, left, top, right, bottom) {
        const corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map(([x, y]) => moved(matrix, x, y));
        const [across, down] = [corners.map(corner => corner[0]), corners.map(corner => corner[1])];
        return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)];
    }

    const scaleOf = matrix => Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c));

    const holds = (box, x, y, margin = 0) =>
        x >= box[0] - margin && x <= box[2] + margin && y >= box[1] - margin && y <= box[3] + margin;

    function rgba(color, opacity) {
        const numbers = (color.match(/^rgba?\(/) ? color.match(/[\d.]+/g) : []).map(Number);
        return numbers.length ? [...numbers.slice(0, 3), (numbers[3] ?? 1) * opacity] : null;
    }

    const over = (below, color) => below.map((part, place) => part + (color[place] - part) * color[3]);

    function opacityOf(element, root) {
        let opacity = 1;
        for (let part = element; part && part !== root.parentNode; part = part.parentNode)
            opacity *= Number(getComputedStyle(part).opacity);
        return opacity;
    }

    // The letters' own box: a font's box leaves room above and below them, which other text may use.
    function inked(text, matrix) {
        const style = getComputedStyle(text);
        pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const size = pen.measureText(text.textContent);
        const box = text.getBBox();
        return boxed(matrix, box.x, box.y + size.fontBoundingBoxAscent - size.actualBoundingBoxAscent,
            box.x + box.width, box.y + box.height - size.fontBoundingBoxDescent + size.actualBoundingBoxDescent);
    }

    function linesOf(text) {
        const lines = [...text.querySelectorAll("tspan")].filter(span => span.matches("[x], [y], [dy]"));
        return lines.length ? lines : [text];
    }

    function look(svg, page) {
        const view = svg.viewBox.baseVal;
        const frame = [view.x, view.y, view.x + view.width, view.y + view.height];
        const base = svg.getScreenCTM().inverse();
        const matrixOf = element => base.multiply(element.getScreenCTM());
        const elements = [...svg.querySelectorAll("*")].filter(element => !element.closest(HIDDEN));
        const order = new Map(elements.map((element, place) => [element, place]));
        const visible = element => {
            const style = getComputedStyle(element);
            return style.display !== "none" && style.visibility === "visible";
        };
        const boxOf = (element, matrix = matrixOf(element)) => {
            const box = element.getBBox();
            return boxed(matrix, box.x, box.y, box.x + box.width, box.y + box.height);
        };
        const insetOf = element => element.closest(".inset")?.dataset.inset ?? "";
        const marks = elements.filter(element => element.matches(MARKS) && visible(element));
        const fills = marks.filter(element => element.matches(FILLED)).flatMap(element => {
            const style = getComputedStyle(element);
            const color = rgba(style.fill, Number(style.fillOpacity) * opacityOf(element, svg));
            const matrix = matrixOf(element);
            const back = matrix.inverse();
            return color ? [{element, color, back, box: boxOf(element, matrix), place: order.get(element)}] : [];
        });
        const inside = (fill, x, y) => holds(fill.box, x, y)
            && fill.element.isPointInFill(new DOMPoint(...moved(fill.back, x, y)));
        const groundAt = (x, y, place = Infinity) => fills
            .filter(fill => fill.place < place && inside(fill, x, y)).reduce((below, fill) => over(below, fill.color), page);

        const cards = [...svg.querySelectorAll("g.card")];
        const outlines = cards.map(card => card.querySelector(FILLED));
        const texts = marks.filter(element => element.matches("text")).flatMap(linesOf)
            .filter(text => text.textContent.trim()).map(text => {
                const matrix = matrixOf(text.closest("text"));
                const style = getComputedStyle(text);
                const box = inked(text, matrix);
                const ground = groundAt((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, order.get(text));
                const color = rgba(style.fill, Number(style.fillOpacity) * opacityOf(text, svg));
                return {
                    words: text.textContent, box, card: cards.indexOf(text.closest("g.card")), inset: insetOf(text),
                    is_shape: Boolean(text.closest(".shape")), ground, color: color && over(ground, color),
                    size: parseFloat(style.fontSize) * scaleOf(matrix),
                };
            });
        const wires = [...svg.querySelectorAll("path.wire")].map(wire => {
            const matrix = matrixOf(wire);
            const style = getComputedStyle(wire);
            const point = wire.getPointAtLength(wire.getTotalLength() / 2);
            const ground = groundAt(...moved(matrix, point.x, point.y), order.get(wire));
            const color = rgba(style.stroke, Number(style.strokeOpacity) * opacityOf(wire, svg));
            return {
                source: wire.dataset.from ?? "", target: wire.dataset.to ?? "", inset: insetOf(wire),
                path: wire.getAttribute("d"), matrix: [matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f],
                ground, color: color && over(ground, color),
            };
        });
        const strokes = marks.filter(element => element.isPointInStroke && getComputedStyle(element).stroke !== "none")
            .map(element => ({element, matrix: matrixOf(element), box: boxOf(element)}))
            .map(stroke => ({...stroke, back: stroke.matrix.inverse()}));

        // No sample is near a line: from here on lines are that wide, and nothing else is measured.
        const NEAR = 4;
        function widenLines() {
            for (const {element, matrix} of strokes)
                element.style.cssText += `stroke-dasharray: none; stroke-width: ${2 * NEAR / scaleOf(matrix)}px`;
        }

        const isOnLine = (x, y) => strokes.some(({element, back, box}) => holds(box, x, y, NEAR)
            && element.isPointInStroke(new DOMPoint(...moved(back, x, y))));

        // The color of a point whose neighbors have the same, and where no text and no line is.
        function sampled([x, y]) {
            if (!holds(frame, x, y, -NEAR) || texts.some(text => holds(text.box, x, y, NEAR)) || isOnLine(x, y)) return [];
            const colors = [[0, 0], [-2, 0], [2, 0], [0, -2], [0, 2]].map(([right, down]) => groundAt(x + right, y + down));
            return new Set(colors.map(String)).size === 1 ? [{x, y, color: colors[0]}] : [];
        }

        const samplesOf = () => fills.flatMap(({box: [left, top, right, bottom]}) => [
            [(left + right) / 2, (top + bottom) / 2], [left + 5, top + 5], [right - 5, top + 5],
            [left + 5, bottom - 5], [right - 5, bottom - 5],
        ]).flatMap(sampled);
        const measured = {
            frame,
            cards: cards.map((card, place) => ({
                name: card.dataset.card ?? "", inset: insetOf(card), has_title: card.firstElementChild?.localName === "title",
                box: outlines[place] ? boxOf(outlines[place]) : [0, 0, 0, 0],
                is_round: outlines[place]?.localName === "circle",
            })),
            insets: [...svg.querySelectorAll("g.inset")].map(inset => {
                const frame = inset.querySelector("rect.frame");
                return {name: inset.dataset.inset ?? "", box: frame ? boxOf(frame) : [0, 0, 0, 0]};
            }),
            texts, wires,
            heads: [...svg.querySelectorAll("polygon.head, path.head")].map(head => boxOf(head)),
            marks: marks.filter(element => !element.matches("text"))
                .map(element => ({name: `${element.localName} ${element.getAttribute("class") ?? ""}`.trim(), box: boxOf(element)})),
        };
        widenLines();
        return {...measured, samples: samplesOf()};
    }

    const ground = GROUNDS[matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"];
    return svgs.map(text => {
        const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
        const error = parsed.querySelector("parsererror");
        if (error) return {error: error.textContent.trim()};
        const host = document.body.appendChild(document.createElement("div"));
        // Styles and identifiers of one picture don't reach the others.
        const svg = host.attachShadow({mode: "open"}).appendChild(document.importNode(parsed.documentElement, true));
        svg.style.cssText += "display: block; width: 1600px; height: auto";
        if (!svg.viewBox?.baseVal?.width) return {error: "the root has no viewBox"};
        const picture = look(svg, ground);
        host.remove();
        return picture;
    });
}
