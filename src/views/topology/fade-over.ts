/** How long it can be seen, in milliseconds. */
const FADE = 90;

/** The picture as it is lies over what comes next and is gone in a moment. It is a picture only: nothing in it can be found or reached. */
export function fadeOver(picture: SVGSVGElement): void {
  const ghost = picture.cloneNode(true) as SVGSVGElement;
  for (const one of [ghost, ...ghost.querySelectorAll('[role], [tabindex], [data-thing]')]) for (const name of ['role', 'tabindex', 'data-thing', 'aria-label', 'aria-pressed']) one.removeAttribute(name);
  ghost.setAttribute('aria-hidden', 'true');
  ghost.style.pointerEvents = 'none';
  picture.after(ghost);
  const fade = ghost.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE, easing: 'cubic-bezier(.2,0,0,1)' });
  fade.onfinish = fade.oncancel = () => ghost.remove();
}
