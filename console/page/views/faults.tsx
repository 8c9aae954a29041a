/** The faults of the sandbox API, as switches and sliders. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { messageOf } from '../api.ts';
import { useAsked, usePage } from '../parts/context.ts';
import { Problem } from '../parts/states.tsx';
import { CHANCES, type Chance, type Settings } from './fault-switches.ts';

const MOST_LATENCY_MS = 5000;

/** Shows the switches. A change holds at once. */
export function Faults(): JSX.Element {
  const { api, ask, say } = usePage();
  const { value, problem } = useAsked<Settings>('/api/faults');
  const [settings, setSettings] = useState<Settings>();
  useEffect(() => setSettings(value), [value]);

  const put = async (changed: Settings): Promise<void> => {
    setSettings(changed);
    try {
      setSettings(await api.send<Settings>('PUT', '/api/faults', changed));
    } catch (error) {
      say(messageOf(error), 'bad');
    }
  };
  const clear = async (): Promise<void> => {
    setSettings(await api.send<Settings>('DELETE', '/api/faults', {}));
    say('All faults are off.');
  };
  const reset = async (): Promise<void> => {
    const yes = await ask({
      title: 'Reset the stage?',
      text: 'The sandbox goes back to its first evening; both queues and the memory are emptied.',
      action: 'Reset',
    });
    if (!yes) return;
    await api.send('POST', '/api/reset', { confirm: 'reset' });
    say('The stage is back at its first evening.');
  };
  const active = settings === undefined ? 0 : CHANCES.filter(({ name }) => Number(settings[name]) > 0).length;
  return (
    <section aria-labelledby="faults">
      <h2 id="faults">
        Faults <span class="quiet">of the sandbox API; {active === 0 ? 'all are off' : `${active} on`}</span>
      </h2>
      <Problem text={problem} />
      <div class="actions">
        <button type="button" onClick={clear}>
          All off
        </button>
        <button type="button" class="danger" onClick={reset}>
          Reset the stage…
        </button>
      </div>
      {settings !== undefined && (
        <div class="faults">
          <Latency settings={settings} onChange={put} />
          {CHANCES.map((chance) => (
            <ChanceSwitch key={chance.name} chance={chance} settings={settings} onChange={put} />
          ))}
        </div>
      )}
    </section>
  );
}

interface ControlProps {
  settings: Settings;
  onChange: (settings: Settings) => void;
}

function ChanceSwitch({ chance, settings, onChange }: ControlProps & { chance: Chance }): JSX.Element {
  const { name, label, about } = chance;
  const value = Number(settings[name] ?? 0);
  const set = (to: number): void => onChange({ ...settings, [name]: to });
  return (
    <fieldset class={value > 0 ? 'fault on' : 'fault'}>
      <legend>
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            aria-checked={value > 0}
            checked={value > 0}
            onChange={(event) => set(event.currentTarget.checked ? 1 : 0)}
          />
          {label}
        </label>
      </legend>
      <p>{about}</p>
      <label class="slider">
        <span class="hidden">How often: {label}</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={value}
          onChange={(event) => set(Number(event.currentTarget.value))}
        />
        <output>{Math.round(value * 100)} %</output>
      </label>
    </fieldset>
  );
}

function Latency({ settings, onChange }: ControlProps): JSX.Element {
  const value = Number(settings.latencyMs ?? 0);
  return (
    <fieldset class={value > 0 ? 'fault on' : 'fault'}>
      <legend>Latency</legend>
      <p>Every answer comes this much later.</p>
      <label class="slider">
        <span class="hidden">Latency in milliseconds</span>
        <input
          type="range"
          min={0}
          max={MOST_LATENCY_MS}
          step={50}
          value={value}
          onChange={(event) => onChange({ ...settings, latencyMs: Number(event.currentTarget.value) })}
        />
        <output>{value} ms</output>
      </label>
    </fieldset>
  );
}
