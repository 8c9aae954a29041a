/** The page of the console. */
import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/frame.css';
import './style/flow.css';
import './style/lists.css';
import './style/detail.css';
import './style/forms.css';
import './style/states.css';
import './style/narrow.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { takeToken } from './token.ts';

const root = document.getElementById('page');
if (root !== null) {
  root.replaceChildren();
  render(<App token={takeToken()} />, root);
}
