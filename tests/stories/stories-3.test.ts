import { playStories } from './support/every-story';

playStories(3);
