// Shows SVG texts at 1,600 px and gives what the browser sees of each, in units of its viewBox:
// its elements, or the colors at some points.
(svgs, pointsOnly) => {
    const GROUNDS = {light: [255, 255, 255], dark: [13, 17, 23]};  // of a page that has no color of its own
    const HIDDEN = "defs, marker, symbol, clipPath, mask, pattern, title, desc, style";
    const FILLED = "rect, circle, ellipse, polygon, path";
    const LINES = "line, polyline";
    const NEAR = 4;  // units around a line or a text, where no point is chosen
    const pen = document.createElement("canvas").getContext("2d");

    // Pictures of many cards are high: what covers a point is in its row.
    const rowOf = y => Math.floor(y / 50);
    const moved = (matrix, x, y) => [matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f];
    const scaleOf = matrix => Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c));
    const holds = (box, x, y, margin = 0) =>
        x >= box[0] - margin && x <= box[2] + margin && y >= box[1] - margin && y <= box[3] + margin;

    function boxed(matrix, left, top, right, bottom) {
        const corners = [[left, top], [right, top], [right, bottom], [left, bottom]].map(([x, y]) => moved(matrix, x, y));
        const [across, down] = [corners.map(corner => corner[0]), corners.map(corner => corner[1])];
        return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)];
    }

    // Red, green, blue and opacity; nothing for `none` and for what is no plain color.
    function rgba(color, opacity) {
        const numbers = (/^rgba?\(/.test(color) ? color.match(/[\d.]+/g) : []).map(Number);
        return numbers.length ? [...numbers.slice(0, 3), (numbers[3] ?? 1) * opacity] : null;
    }

    const over = (below, color) => below.map((part, place) => part + (color[place] - part) * color[3]);

    // The letters' own box: a font's box has room above and below them, which other text may use.
    function inked(text, style) {
        pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const size = pen.measureText(text.textContent);
        const box = text.getBBox();
        return [box.x, box.y + size.fontBoundingBoxAscent - size.actualBoundingBoxAscent,
            box.x + box.width, box.y + box.height - size.fontBoundingBoxDescent + size.actualBoundingBoxDescent];
    }

    // The parts of a text that have a place of their own.
    function linesOf(text) {
        const lines = [...text.querySelectorAll("tspan")].filter(span => span.matches("[x], [y], [dy]"));
        return lines.length ? lines : [text];
    }

    class Picture {
        constructor(svg, page) {
            const view = svg.viewBox.baseVal;
            this.frame = [view.x, view.y, view.x + view.width, view.y + view.height];
            this.page = page;
            this.base = svg.getScreenCTM().inverse();
            this.matrices = new Map();
            this.opacities = new Map([[svg.parentNode, 1]]);
            this.shown = [...svg.querySelectorAll(`${FILLED}, ${LINES}, text`)].filter(element => this.isShown(element));
            this.places = new Map(this.shown.map((element, place) => [element, place]));
            this.cards = [...svg.querySelectorAll("g.card")];
            this.insets = [...svg.querySelectorAll("g.inset")];
            this.fills = this.shown.filter(element => element.matches(FILLED)).flatMap(element => this.filled(element));
            this.rows = new Map();
            for (const fill of this.fills)
                for (let row = rowOf(fill.box[1]); row <= rowOf(fill.box[3]); row++)
                    this.rows.set(row, [...(this.rows.get(row) ?? []), fill]);
            this.texts = this.shown.filter(element => element.matches("text")).flatMap(linesOf)
                .filter(text => text.textContent.trim()).map(text => this.text(text));
        }

        isShown(element) {
            return element.getClientRects().length && getComputedStyle(element).visibility === "visible"
                && !element.closest(HIDDEN);
        }

        opacity(element) {
            if (!this.opacities.has(element))
                this.opacities.set(element, this.opacity(element.parentNode) * Number(getComputedStyle(element).opacity));
            return this.opacities.get(element);
        }

        // From an element's own coordinates to those of the viewBox.
        matrix(element) {
            if (element.localName !== "g" && !element.hasAttribute("transform") && element.parentNode.localName === "g")
                return this.matrix(element.parentNode);
            if (!this.matrices.has(element))
                this.matrices.set(element, this.base.multiply(element.getScreenCTM()));
            return this.matrices.get(element);
        }

        box(element) {
            const box = element.getBBox();
            return boxed(this.matrix(element), box.x, box.y, box.x + box.width, box.y + box.height);
        }

        color(element, paint) {
            const style = getComputedStyle(element);
            return rgba(style[paint], Number(style[`${paint}Opacity`]) * this.opacity(element));
        }

        filled(element) {
            const color = this.color(element, "fill");
            const back = this.matrix(element).inverse();
            return color ? [{element, color, back, box: this.box(element), place: this.places.get(element)}] : [];
        }

        // The color that a point has after the first elements are painted.
        ground(x, y, place = Infinity) {
            return (this.rows.get(rowOf(y)) ?? []).filter(fill => fill.place < place && holds(fill.box, x, y)
                && fill.element.isPointInFill(new DOMPoint(...moved(fill.back, x, y))))
                .reduce((below, fill) => over(below, fill.color), this.page);
        }

        // The color of what is painted at a point, and the color below it.
        colors(element, paint, x, y) {
            const ground = this.ground(x, y, this.places.get(element.closest("text, path")));
            const color = this.color(element, paint);
            return {ground, color: color && over(ground, color)};
        }

        inset(element) {
            return this.insets.indexOf(element.closest("g.inset"));
        }

        text(text) {
            const style = getComputedStyle(text);
            const matrix = this.matrix(text.closest("text"));
            const box = boxed(matrix, ...inked(text, style));
            return {
                words: text.textContent, box, size: parseFloat(style.fontSize) * scaleOf(matrix),
                card: this.cards.indexOf(text.closest("g.card")), inset: this.inset(text),
                is_shape: Boolean(text.closest(".shape")),
                ...this.colors(text, "fill", (box[0] + box[2]) / 2, (box[1] + box[3]) / 2),
            };
        }

        card(card) {
            const outline = card.querySelector(FILLED);
            return {
                name: card.dataset.card ?? "", inset: this.inset(card),
                has_title: card.firstElementChild?.localName === "title",
                box: outline ? this.box(outline) : [0, 0, 0, 0], is_round: outline?.localName === "circle",
            };
        }

        wire(wire) {
            const {a, b, c, d, e, f} = this.matrix(wire);
            const point = wire.getPointAtLength(wire.getTotalLength() / 2);
            return {
                source: wire.dataset.from ?? "", target: wire.dataset.to ?? "", inset: this.inset(wire),
                path: wire.getAttribute("d"), matrix: [a, b, c, d, e, f],
                ...this.colors(wire, "stroke", ...moved(this.matrix(wire), point.x, point.y)),
            };
        }

        framed(inset) {
            const frame = inset.querySelector("rect.frame");
            return {name: inset.dataset.inset ?? "", box: frame ? this.box(frame) : [0, 0, 0, 0]};
        }

        measured() {
            const marks = this.shown.filter(element => !element.matches("text"));
            const named = element => `${element.localName} ${element.getAttribute("class") ?? ""}`.trim();
            return {
                frame: this.frame,
                cards: this.cards.map(card => this.card(card)),
                insets: this.insets.map(inset => this.framed(inset)),
                texts: this.texts,
                wires: marks.filter(mark => mark.matches("path.wire")).map(wire => this.wire(wire)),
                heads: marks.filter(mark => mark.matches(".head")).map(head => this.box(head)),
                marks: marks.map(mark => ({name: named(mark), box: this.box(mark)})),
            };
        }

        // The colors of points in the middles and corners of elements, where all neighbors have the same color.
        points() {
            const lines = this.shown.filter(element => element.isPointInStroke && this.color(element, "stroke"))
                .map(element => ({element, back: this.matrix(element).inverse(), box: this.box(element)}));
            // Nothing else is measured once the lines have become so wide.
            for (const {element} of lines)
                element.style.cssText += `stroke-dasharray: none; stroke-width: ${2 * NEAR / scaleOf(this.matrix(element))}px`;
            const isFree = (x, y) => holds(this.frame, x, y, -NEAR)
                && !this.texts.some(text => holds(text.box, x, y, NEAR))
                && !lines.some(({element, back, box}) => holds(box, x, y, NEAR)
                    && element.isPointInStroke(new DOMPoint(...moved(back, x, y))));
            const around = (x, y) => [[0, 0], [-2, 0], [2, 0], [0, -2], [0, 2]]
                .map(([right, down]) => this.ground(x + right, y + down));
            const samples = this.fills.flatMap(({box: [left, top, right, bottom]}) => [
                [(left + right) / 2, (top + bottom) / 2], [left + 5, top + 5], [right - 5, top + 5],
                [left + 5, bottom - 5], [right - 5, bottom - 5],
            ]).filter(point => isFree(...point)).map(point => ({point, colors: around(...point)}))
                .filter(({colors}) => new Set(colors.map(String)).size === 1);
            return {frame: this.frame, samples: samples.map(({point, colors}) => ({point, color: colors[0]}))};
        }
    }

    const page = GROUNDS[matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"];
    return svgs.map(text => {
        const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
        const error = parsed.querySelector("parsererror");
        if (error) return {error: error.textContent.trim()};
        if (!parsed.documentElement.viewBox?.baseVal?.width) return {error: "the root has no viewBox"};
        const host = document.body.appendChild(document.createElement("div"));
        // Styles and identifiers of one picture don't reach the others.
        const svg = host.attachShadow({mode: "open"}).appendChild(document.importNode(parsed.documentElement, true));
        svg.style.cssText += "display: block; width: 1600px; height: auto";
        const picture = new Picture(svg, page);
        const result = pointsOnly ? picture.points() : picture.measured();
        host.remove();
        return result;
    });
}
