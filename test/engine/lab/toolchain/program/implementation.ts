export const greeting = (word: string, suffix: string): string => `${word}${suffix}`;
