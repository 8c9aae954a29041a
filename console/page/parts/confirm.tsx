/** The question before something that cannot be undone. */
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A question. */
export interface Question {
  title: string;
  /** What will happen, to which things. */
  text: string;
  /** What the button does, such as `Delete session`. */
  action: string;
}

/** Shows the question in a modal dialog. Escape and Cancel answer no. */
export function Confirm(props: { question: Question; onAnswer: (yes: boolean) => void }): JSX.Element {
  const { question, onAnswer } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const text = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={title} aria-describedby={text} onCancel={() => onAnswer(false)}>
      <h2 id={title}>{question.title}</h2>
      <p id={text}>{question.text}</p>
      <div class="actions">
        <button type="button" onClick={() => onAnswer(false)}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={() => onAnswer(true)}>
          {question.action}
        </button>
      </div>
    </dialog>
  );
}
