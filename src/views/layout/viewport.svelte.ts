/** How much room the page has, in the five widths of its layout. One listener for all. */
export type Room = 'wide' | 'medium' | 'sheet' | 'stacked' | 'phone';

export function roomFor(width: number): Room {
  return width >= 1440 ? 'wide' : width >= 1200 ? 'medium' : width >= 1024 ? 'sheet' : width >= 600 ? 'stacked' : 'phone';
}

let width = $state(1440);
let height = $state(900);

export const viewport = {
  get room(): Room {
    return roomFor(width);
  },
  /** Under 760 px the drawer collapses first. */
  get short(): boolean {
    return height < 760;
  },
  get width(): number {
    return width;
  },
  get height(): number {
    return height;
  },
};

/** Called once by the page; gives back what ends the listening. */
export function watchViewport(window: Window): () => void {
  const read = (): void => {
    width = window.innerWidth;
    height = window.innerHeight;
  };
  read();
  window.addEventListener('resize', read);
  return () => window.removeEventListener('resize', read);
}
