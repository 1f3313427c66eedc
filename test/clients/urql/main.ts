import { show } from '../page/main.tsx';
import { library } from './library.tsx';

show(library);
