import type { OpenAI } from 'openai';
import type { Json } from '../model/json.ts';
import type { ModelAnswer, ModelRequest } from '../model/modelRequest.ts';
import type { FinishReason, Message, ToolCall } from '../model/run.ts';

type ChatMessage = OpenAI.Chat.Completions.ChatCompletionMessageParam;

/** A provider-neutral request in the words of the OpenAI chat completions API, not streamed. */
export function chatRequest(
  request: ModelRequest,
): OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming {
  const tools = request.tools.map((tool) => ({
    type: 'function' as const,
    function: {
      name: tool.name,
      ...(tool.description === null ? {} : { description: tool.description }),
      ...(tool.parameters === null ? {} : { parameters: { ...tool.parameters } }),
      ...(tool.strict === null ? {} : { strict: tool.strict }),
    },
  }));
  const parameters = { ...request.parameters };
  if (tools.length === 0) {
    // Refused by the API when no tool is offered.
    delete parameters.tool_choice;
    delete parameters.parallel_tool_calls;
  }
  return {
    ...parameters,
    model: request.model,
    messages: chatMessages(request.messages),
    stream: false,
    ...(tools.length > 0 ? { tools } : {}),
  };
}

/** Calls without a recorded id get one, and the results that follow them take those ids in order. */
function chatMessages(messages: readonly Message[]): ChatMessage[] {
  const unanswered: string[] = [];
  const toChat = (message: Message, index: number): ChatMessage => {
    const content = message.text;
    const speaker = message.name !== null && /^[\w-]{1,64}$/.test(message.name) ? { name: message.name } : {};
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: message.role, content, ...speaker };
      case 'assistant': {
        if (message.toolCalls.length === 0) return { role: 'assistant', content, ...speaker };
        const calls = message.toolCalls.map((call, position) => {
          const id = call.id ?? `call_${index}_${position}`;
          if (call.id === null) unanswered.push(id);
          const text = call.argumentsText === '' ? '{}' : call.argumentsText;
          return { id, type: 'function' as const, function: { name: call.name, arguments: text } };
        });
        return { role: 'assistant', content: content === '' ? null : content, tool_calls: calls, ...speaker };
      }
      case 'tool': {
        const id = message.toolCallId ?? unanswered.shift() ?? `call_${index}`;
        return { role: 'tool', tool_call_id: id, content };
      }
      case 'user':
      case 'other':
        return { role: 'user', content, ...speaker };
    }
  };
  return messages.map(toChat);
}

/** The first choice; an answer without one, or without JSON, is a broken one. */
export function chatAnswer(completion: OpenAI.Chat.Completions.ChatCompletion): ModelAnswer {
  const choice = completion?.choices?.[0];
  if (!choice?.message) {
    return { ok: false, reason: 'broken-stream', detail: 'the answer holds no choice' };
  }
  const { message } = choice;
  return {
    ok: true,
    message: {
      role: 'assistant',
      name: null,
      text: message.content ?? message.refusal ?? '',
      toolCalls: (message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function' ? [toolCall(call.id, call.function.name, call.function.arguments)] : [],
      ),
      toolCallId: null,
      isError: null,
      isTruncated: false,
    },
    finishReason: finishReasons[choice.finish_reason] ?? 'unknown',
    inputTokens: completion.usage?.prompt_tokens ?? 0,
    outputTokens: completion.usage?.completion_tokens ?? 0,
  };
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  length: 'length',
  content_filter: 'content_filter',
};

function toolCall(id: string, name: string, argumentsText: string): ToolCall {
  const text = argumentsText.trim() === '' ? '{}' : argumentsText;
  try {
    return { id, name, argumentsText, arguments: JSON.parse(text) as Json, argumentsValid: true };
  } catch {
    return { id, name, argumentsText, arguments: null, argumentsValid: false };
  }
}
