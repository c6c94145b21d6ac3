// Elements from values. What comes out of evidence goes in as text or as an attribute's value, never as markup.

export type Child = Node | string | false | null | undefined;
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const SVG = 'http://www.w3.org/2000/svg';

/** `kind` is a name, with a class behind a dot. An attribute that is false or undefined is left out, one that is true is bare. */
export function draw(kind: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  const [name = '', style] = kind.split('.');
  return filled(document.createElement(name), { class: style, ...attributes }, children);
}

export function drawSvg(name: string, attributes: Attributes, ...children: readonly Child[]): SVGElement {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled<Kind extends Element>(element: Kind, attributes: Attributes, children: readonly Child[]): Kind {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== false && child !== null && child !== undefined));
  return element;
}

/** Show `sections` in `place`. What reads the same stays as it is, and what was unfolded stays so. */
export function replaceSections(place: HTMLElement, sections: readonly HTMLElement[]): void {
  [...place.children].slice(sections.length).forEach((former) => former.remove());
  sections.forEach((section, index) => {
    const former = place.children[index];
    if (!former) place.append(section);
    else if (!former.isEqualNode(unfolded(section, former))) former.replaceWith(section);
  });
}

function unfolded(section: HTMLElement, former: Element): HTMLElement {
  const [now, before] = [section, former].map((each) => [...each.querySelectorAll('details'), ...(each instanceof HTMLDetailsElement ? [each] : [])]);
  now!.forEach((details, index) => (details.open ||= before![index]?.open ?? false));
  return section;
}
