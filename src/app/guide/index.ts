/** The tutorial's guide, fetched with its story. */
import { headings } from '../../scenarios/headings.ts';
import { tutorialDocument } from '../../scenarios/tutorial/index.ts';
import type { Story } from '../story.ts';
import { TutorialGuide } from './guide.svelte.ts';

export const guide: NonNullable<Story['guide']> = (lab) => new TutorialGuide(lab, tutorialDocument, headings.tutorial);
