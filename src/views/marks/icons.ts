export type IconName =
  | 'previousMilestone' | 'stepBack' | 'play' | 'pause' | 'stepForward' | 'nextMilestone' | 'branch' | 'theme' | 'help'
  | 'close' | 'plus' | 'minus' | 'enlarge' | 'shrink' | 'more' | 'beside';

interface Part {
  readonly d: string;
  readonly solid?: boolean;
}

export const icons: { readonly [N in IconName]: readonly Part[] } = {
  previousMilestone: [{ d: 'M3 3v10M13 3l-7 5 7 5z', solid: true }],
  stepBack: [{ d: 'M10.5 3l-6 5 6 5' }],
  play: [{ d: 'M4 2.5l9 5.5-9 5.5z', solid: true }],
  pause: [{ d: 'M5 3v10M11 3v10' }],
  stepForward: [{ d: 'M5.5 3l6 5-6 5' }],
  nextMilestone: [{ d: 'M13 3v10M3 3l7 5-7 5z', solid: true }],
  branch: [{ d: 'M6.2 8a2.2 2.2 0 1 1-4.4 0a2.2 2.2 0 1 1 4.4 0ZM6.2 8H15' }],
  theme: [{ d: 'M14 8A6 6 0 1 1 2 8A6 6 0 1 1 14 8Z' }, { d: 'M8 2a6 6 0 0 1 0 12z', solid: true }],
  help: [{ d: 'M6 6.2c0-1.3.9-2 2-2s2 .7 2 1.8c0 1.5-2 1.6-2 3M8 11.4v.2' }],
  close: [{ d: 'M3.5 3.5l9 9M12.5 3.5l-9 9' }],
  plus: [{ d: 'M8 3v10M3 8h10' }],
  minus: [{ d: 'M3 8h10' }],
  enlarge: [{ d: 'M9.5 3H13v3.5M13 3L9 7M6.5 13H3V9.5M3 13l4-4' }],
  shrink: [{ d: 'M13 6.5H9.5V3M9.5 6.5L13 3M3 9.5h3.5V13M6.5 9.5L3 13' }],
  beside: [{ d: 'M2.5 3.5h11v9h-11zM8 3.5v9' }],
  more: [{ d: 'M3 8h.1M8 8h.1M13 8h.1' }],
};
