// The events that `npm start` makes for a newcomer; the sample crisis speaks of them in every language.
import type { Strand } from './language.ts';

export interface SampleEvent {
  readonly name: string;
  readonly description: string;
  readonly keywords: readonly string[];
}

export const eventOfStrand: Readonly<Record<Strand, SampleEvent>> = {
  flood: {
    name: 'Lumenne flood',
    description: 'The Lumenne is over its banks in the (made-up) city of Karvelle.',
    keywords: [
      'flood', 'flooding', 'Lumenne River', 'inundación', 'Hochwasser', 'inondation', 'enchente', 'повінь',
      'فيضان', 'बाढ़', '洪水', 'น้ำท่วม',
    ],
  },
  dam: {
    name: 'Brask dam',
    description: 'The dam above Karvelle is almost full: what people see, fear and ask.',
    keywords: ['dam', 'presa', 'Staudamm', 'barrage', 'barragem', 'дамба', 'سد براسك', 'बांध', 'ダム', 'เขื่อน'],
  },
  power: {
    name: 'Karvelle without power',
    description: 'Where the lights went out, and when they come back.',
    keywords: [
      '"power cut"', 'blackout', 'apagón', 'Stromausfall', 'électricité', 'apagão', 'світла', 'الكهرباء', 'बिजली',
      '停電', 'ไฟดับ',
    ],
  },
  shelter: {
    name: 'Shelter and evacuation',
    description: 'Who has to leave, where there is a bed, and what is needed there.',
    keywords: [
      'shelter', 'evacuate', 'evacuation', 'refugio', 'Notunterkunft', 'évacuation', 'abrigo', 'евакуація', 'إخلاء',
      'शिविर', '避難', 'อพยพ',
    ],
  },
}; // prettier-ignore

export const sampleEvents: readonly SampleEvent[] = Object.values(eventOfStrand);
