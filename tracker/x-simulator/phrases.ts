// The languages of the sample crisis. City, river, region, dam and people are invented; a place name here that exists is an accident.
import type { Phrases } from './language.ts';
import { arabic, hindi, ukrainian } from './phrases-ar-hi-uk.ts';
import { english, german } from './phrases-en-de.ts';
import { french, portuguese, spanish } from './phrases-es-fr-pt.ts';
import { japanese, thai } from './phrases-ja-th.ts';

export const LANGUAGES: readonly Phrases[] = [
  english,
  spanish,
  japanese,
  portuguese,
  arabic,
  german,
  french,
  ukrainian,
  thai,
  hindi,
];
