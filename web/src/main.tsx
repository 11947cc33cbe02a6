import { render } from 'preact';
import { App } from './app';
import { connect } from './live/node';
import { takeToken } from './session/session';
import './ui/page.css';

const target = document.getElementById('page');
if (target) {
  void takeToken().then(connect);
  render(<App />, target);
}
