/** The language the page speaks. Set by the page (`app`), read by every text. */
export type Language = 'en' | 'zh-CN';
export const languages: readonly Language[] = ['en', 'zh-CN'];

let current = $state<Language>('en');

export const language = {
  get current(): Language {
    return current;
  },
  set current(next: Language) {
    current = next;
  },
};
